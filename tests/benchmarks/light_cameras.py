"""Cameras without a browser: `python -m tests.benchmarks.light_cameras PORT N S`, in a process of its own.

Four browsers that draw four pages and encode four films need more than two cores by themselves, which a server has to
itself in life. These speak what the page speaks: Streamlit's websocket, with the refreshes that the page asks for every
second, and WebRTC, with a film of a real face that is encoded once. Says "ready" in a line when every stream's pictures
come back, runs for S seconds then, and prints a line of JSON.
"""

import asyncio
import itertools
import json
import sys
import time
from contextlib import suppress
from fractions import Fraction

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from skimage import data
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.scenes import on_background

FRAMES_PER_S = 15
STARTS_S = 120.0
BIT_RATE = 1_000_000
ACCEPT = "accept and go on"
"""Of the button below a notice, where the page shows one before all else."""


def film() -> list[bytes]:
    """Two seconds of a face that sways at 640 x 480, as VP8; the first frame is a key frame."""
    scene = on_background(data.astronaut(), 640, 480)
    coder = av.CodecContext.create("libvpx", "w")
    coder.width, coder.height, coder.pix_fmt, coder.bit_rate = 640, 480, "yuv420p", BIT_RATE
    coder.time_base = Fraction(1, FRAMES_PER_S)
    coder.options = {"deadline": "realtime", "lag-in-frames": "0", "auto-alt-ref": "0"}
    packets = []
    for step in range(2 * FRAMES_PER_S):
        frame = av.VideoFrame.from_ndarray(np.roll(scene, 4 * abs(step % 10 - 5), axis=1), format="rgb24")
        frame.pts = step
        packets += coder.encode(frame)
    return [bytes(packet) for packet in [*packets, *coder.encode(None)]]


class Film(MediaStreamTrack):
    """The encoded film again and again, in time, as a camera's encoder would give it."""

    kind = "video"

    def __init__(self, frames: list[bytes]) -> None:
        super().__init__()
        self._frames = itertools.cycle(frames)
        self._began: float | None = None
        self._number = 0

    async def recv(self) -> av.Packet:
        now = time.monotonic()
        self._began = self._began or now
        await asyncio.sleep(max(self._began + self._number / FRAMES_PER_S - now, 0))
        packet = av.Packet(next(self._frames))
        packet.pts, packet.time_base = self._number, Fraction(1, FRAMES_PER_S)
        self._number += 1
        return packet


class LightCamera:
    """One page with its stream. `came_back` counts pictures, `ended` holds why the page's connection ended."""

    def __init__(self, port: int, frames: list[bytes]) -> None:
        self.came_back = 0
        self.ended = ""
        self._url = f"ws://localhost:{port}/_stcore/stream"
        self._origin = f"http://localhost:{port}"
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._peer.addTrack(Film(frames))
        self._peer.on("track", self._take)
        self._widget = ""
        self._value: dict[str, object] = {"playing": False}
        self._refreshes: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        return self._peer.connectionState == "connected"

    async def run(self) -> None:
        """Open the page, press START, and stay until cancelled."""
        try:
            async with connect(self._url, subprotocols=["streamlit"], origin=self._origin, max_size=None) as page:
                await self._ask(page)
                async for message in page:
                    await self._answer(page, ForwardMsg.FromString(message))
        except ConnectionClosed as error:
            self.ended = str(error)
        finally:
            for task in (*self._refreshes.values(), *self._tasks):
                task.cancel()
            await self._peer.close()

    async def _ask(self, page: ClientConnection, fragment: str = "", pressed: str = "") -> None:
        """Have the page's script run, or a part of it, as after a button was pressed."""
        state = ClientState(fragment_id=fragment, is_auto_rerun=bool(fragment))
        if self._widget:
            state.widget_states.widgets.append(WidgetState(id=self._widget, json_value=json.dumps(self._value)))
        if pressed:
            state.widget_states.widgets.append(WidgetState(id=pressed, trigger_value=True))
        await page.send(BackMsg(rerun_script=state).SerializeToString())

    async def _answer(self, page: ClientConnection, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                if fragment in self._refreshes:
                    self._refreshes.pop(fragment).cancel()
        elif kind == "auto_rerun" and message.auto_rerun.fragment_id not in self._refreshes:
            refresh = self._refresh(page, message.auto_rerun.fragment_id, message.auto_rerun.interval)
            self._refreshes[message.auto_rerun.fragment_id] = asyncio.create_task(refresh)
        elif kind == "delta":
            element = message.delta.new_element
            if element.button.label.endswith(ACCEPT):
                await self._ask(page, pressed=element.button.id)
            elif element.component_instance.component_name.endswith("webrtc_streamer"):
                component = element.component_instance
                await self._signal(page, component.id, json.loads(component.json_args))

    async def _refresh(self, page: ClientConnection, fragment: str, every_s: float) -> None:
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(every_s)
                await self._ask(page, fragment)

    async def _signal(self, page: ClientConnection, widget: str, told: dict[str, str | None]) -> None:
        if not self._widget:
            self._widget = widget
            await self._peer.setLocalDescription(await self._peer.createOffer())
            ours = self._peer.localDescription
            self._value = {"playing": False, "sdpOffer": {"sdp": ours.sdp, "type": ours.type}}
            await self._ask(page)
        elif told.get("sdp_answer_json") and self._peer.signalingState == "have-local-offer":
            await self._peer.setRemoteDescription(RTCSessionDescription(**json.loads(str(told["sdp_answer_json"]))))
            self._value = {"playing": True}
            await self._ask(page)

    def _take(self, track: MediaStreamTrack) -> None:
        self._tasks.add(asyncio.create_task(self._count(track)))

    async def _count(self, track: MediaStreamTrack) -> None:
        with suppress(MediaStreamError):
            while True:
                await track.recv()
                self.came_back += 1


async def stream(port: int, count: int, seconds: float) -> dict[str, object]:
    """Run `count` cameras for `seconds` after all have begun; frames a second that came back, and ended streams."""
    frames = film()
    cameras = [LightCamera(port, frames) for _ in range(count)]
    tasks = [asyncio.create_task(camera.run()) for camera in cameras]
    deadline = time.monotonic() + STARTS_S
    while not all(camera.came_back for camera in cameras):
        for task in tasks:
            if task.done():
                task.result()
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {STARTS_S:.0f} s {[camera.came_back for camera in cameras]} pictures came back")
        await asyncio.sleep(0.1)
    print("ready", flush=True)
    before, began = [camera.came_back for camera in cameras], time.monotonic()
    await asyncio.sleep(max(seconds - 5, 0))
    late = [camera.came_back for camera in cameras]
    await asyncio.sleep(min(seconds, 5))
    took, after = time.monotonic() - began, [camera.came_back for camera in cameras]
    ended = sum(
        last == now or not camera.connected or bool(camera.ended)
        for camera, last, now in zip(cameras, late, after, strict=True)
    )
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return {"frames_per_s": [(now - then) / took for then, now in zip(before, after, strict=True)], "ended": ended}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(stream(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))), flush=True)
