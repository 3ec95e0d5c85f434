"""A browser whose tabs really go to the background: Playwright keeps every page of its browsers visible."""

import json
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.serving import free_port


class Tab:
    """One page, spoken to by the Chrome DevTools Protocol."""

    def __init__(self, socket: ClientConnection, target: str) -> None:
        self._socket, self._target, self._sent = socket, target, 0
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session: str | None = attached["sessionId"]

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """The answer to `method`; events that come before it are dropped."""
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": parameters}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while (answer := json.loads(self._socket.recv(timeout=30))).get("id") != self._sent:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return dict(answer["result"])

    def evaluate(self, expression: str) -> Any:
        """The value of `expression` in the page, whose promise is awaited; as if a person had pressed something."""
        answer = self.call(
            "Runtime.evaluate",
            self._session,
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, expression: str, within_s: float = 60) -> None:
        """Until `expression` is true."""
        deadline = time.monotonic() + within_s
        while not self._is_true(expression):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not true within {within_s:.0f} s: {expression}")
            time.sleep(0.2)

    def _is_true(self, expression: str) -> bool:
        try:
            return bool(self.evaluate(expression))
        except RuntimeError as error:
            if "execution context" in str(error):  # the page is only being loaded
                return False
            raise

    def hide(self) -> None:
        """Another tab of the same window comes to the front."""
        self.call("Target.createTarget", url="about:blank")

    def show(self) -> None:
        """This tab comes to the front again."""
        self.call("Target.activateTarget", targetId=self._target)


@contextmanager
def tab(chromium: str, url: str, *flags: str) -> Iterator[Tab]:
    """A browser of its own with one tab at `url`."""
    port = free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = ["--headless=new", f"--remote-debugging-port={port}", f"--user-data-dir={profile}"]
        browser = subprocess.Popen([chromium, *options, *flags, url], stderr=subprocess.DEVNULL)
        try:
            with connect(_address(port), max_size=None) as socket:
                socket.send(json.dumps({"id": 0, "method": "Target.getTargets"}))
                found = json.loads(socket.recv(timeout=30))["result"]["targetInfos"]
                yield Tab(socket, next(one["targetId"] for one in found if one["type"] == "page"))
        finally:
            browser.kill()
            browser.wait()


def _address(port: int, within_s: float = 60) -> str:
    deadline = time.monotonic() + within_s
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version", timeout=5) as answer:
                return str(json.load(answer)["webSocketDebuggerUrl"])
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
