"""Streams have an event loop of their own, so that no page waits for their packets."""

import asyncio
import functools
import threading

from streamlit_webrtc import factory, relay, webrtc

from emotion.turns import STREAM, stand_back


@functools.cache
def media_loop() -> asyncio.AbstractEventLoop:
    """The loop that all streams of this process share, on a thread of its own, for as long as the process lives."""
    loop = asyncio.new_event_loop()

    def run() -> None:
        stand_back(STREAM)
        asyncio.set_event_loop(loop)
        loop.run_forever()

    threading.Thread(target=run, name="media_loop", daemon=True).start()
    return loop


@functools.cache
def keep_streams_apart() -> None:
    """Streams that begin from now on use `media_loop`; the first call of a process sees to it.

    streamlit-webrtc takes the server's own loop. Four cameras are a thousand packets a second, and after each Python's
    lock is given up and waited for again, behind all of which a page's request would stand in line.
    """
    for module in (webrtc, relay, factory):
        module.get_global_event_loop = media_loop  # type: ignore[attr-defined]
