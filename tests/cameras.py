"""A classroom camera for tests: a server of this machine that sends motion JPEG, as network cameras do."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@contextmanager
def mjpeg_camera(jpeg: bytes, per_s: float = 10.0, port: int = 0) -> Iterator[str]:
    """Sends the picture again and again to whoever asks; its address, with a password."""
    ended = threading.Event()

    class Camera(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=picture")
            self.end_headers()
            try:
                while not ended.is_set():
                    head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    self.wfile.write(head.encode() + jpeg + b"\r\n")
                    time.sleep(1 / per_s)
            except OSError:
                return  # nobody looks any more

        def log_message(self, *_: object) -> None:
            """Quietly."""

    with _serving(Camera, port) as number:
        try:
            yield f"http://teacher:hunter2@127.0.0.1:{number}/live.mjpg"
        finally:
            ended.set()


@contextmanager
def folder_server(folder: Path) -> Iterator[str]:
    """Answers with the files of a folder; its address."""

    class Files(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Quietly."""

    with _serving(partial(Files, directory=str(folder)), 0) as number:
        yield f"http://127.0.0.1:{number}"


@contextmanager
def _serving(handler: Callable[..., BaseHTTPRequestHandler], port: int) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
