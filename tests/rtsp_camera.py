"""A classroom camera that speaks RTSP, for tests: H.264 over TCP, behind a password, as network cameras send it."""

import base64
import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import av
import numpy as np

PER_S = 10
CLOCK_HZ = 90_000
MOST_IN_A_PACKET = 1400
TYPE = 96
LOGIN = "Basic " + base64.b64encode(b"teacher:hunter2").decode()
DESCRIPTION = f"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=class\r\nt=0 0\r\nm=video 0 RTP/AVP {TYPE}\r\n" + (
    f"a=rtpmap:{TYPE} H264/{CLOCK_HZ}\r\na=fmtp:{TYPE} packetization-mode=1\r\na=control:track\r\n"
)


@contextmanager
def rtsp_camera(picture: np.ndarray) -> Iterator[str]:
    """Sends one RGB picture, uint8 (height, width, 3), again and again; its address, with a password."""
    units, ended = _units(picture), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    threading.Thread(target=_answer, args=(client, units, ended), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"rtsp://teacher:hunter2@127.0.0.1:{server.getsockname()[1]}/live"
        finally:
            ended.set()
            server.shutdown(socket.SHUT_RDWR)


def _units(picture: np.ndarray) -> list[bytes]:
    """The picture as one key frame of H.264: its NAL units, the stream's settings first."""
    out = io.BytesIO()
    with av.open(out, "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=PER_S, options={"tune": "zerolatency", "x264-params": "slices=1"})
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt = "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return [unit.rstrip(b"\0") for unit in out.getvalue().split(b"\0\0\1") if unit.rstrip(b"\0")]


def _answer(client: socket.socket, units: list[bytes], ended: threading.Event) -> None:
    with client, client.makefile("rb") as asked, suppress(OSError):
        while lines := _request(asked):
            method = lines[0].split()[0]
            heads = dict(line.lower().split(": ", 1) for line in lines[1:])
            said, body = {"CSeq": heads["cseq"], "Session": "1"}, ""
            status = "200 OK"
            if method == "OPTIONS":
                said["Public"] = "DESCRIBE, SETUP, PLAY, TEARDOWN"
            elif heads.get("authorization") != LOGIN.lower():
                status, said["WWW-Authenticate"] = "401 Unauthorized", 'Basic realm="camera"'
            elif method == "DESCRIBE":
                said |= {"Content-Type": "application/sdp", "Content-Length": str(len(DESCRIPTION))}
                body = DESCRIPTION
            elif method == "SETUP":
                said["Transport"] = "RTP/AVP/TCP;unicast;interleaved=0-1"
            head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
            client.sendall(f"RTSP/1.0 {status}\r\n{head}\r\n{body}".encode())
            if method == "PLAY" and status == "200 OK":
                _play(client, units, ended)
                return


def _request(asked: io.BufferedReader) -> list[str]:
    lines = []
    while (line := asked.readline().decode().rstrip("\r\n")) or not lines:
        if not line:
            return []
        lines.append(line)
    return lines


def _play(client: socket.socket, units: list[bytes], ended: threading.Event) -> None:
    number = picture = 0
    while not ended.wait(1 / PER_S):
        for unit in units:
            pieces = _pieces(unit)
            for place, piece in enumerate(pieces):
                last = unit is units[-1] and place == len(pieces) - 1
                stamp = picture * CLOCK_HZ // PER_S
                packet = (
                    struct.pack(">BBHII", 0x80, TYPE | last << 7, number & 0xFFFF, stamp & 0xFFFFFFFF, 2013) + piece
                )
                client.sendall(struct.pack(">cBH", b"$", 0, len(packet)) + packet)
                number += 1
        picture += 1


def _pieces(unit: bytes) -> list[bytes]:
    """A NAL unit as payloads of RTP: whole, or cut into fragments (FU-A, RFC 6184)."""
    if len(unit) <= MOST_IN_A_PACKET:
        return [unit]
    indicator, kind, rest = unit[0] & 0xE0 | 28, unit[0] & 0x1F, unit[1:]
    cut = [rest[at : at + MOST_IN_A_PACKET] for at in range(0, len(rest), MOST_IN_A_PACKET)]
    marks = [0x80 * (n == 0) | 0x40 * (n == len(cut) - 1) for n in range(len(cut))]
    return [bytes((indicator, mark | kind)) + piece for mark, piece in zip(marks, cut, strict=True)]
