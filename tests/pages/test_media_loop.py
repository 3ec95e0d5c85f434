"""Streams leave the server's own loop to pages."""

import asyncio
import os
import sys
import threading

import pytest
from streamlit_webrtc import factory, relay, webrtc

from emotion.pages.media_loop import keep_streams_apart, media_loop
from emotion.turns import STREAM


async def whose() -> tuple[asyncio.AbstractEventLoop, str, int]:
    nice = os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) if sys.platform == "linux" else STREAM
    return asyncio.get_running_loop(), threading.current_thread().name, nice


@pytest.fixture
def apart(monkeypatch):
    for module in (webrtc, relay, factory):
        monkeypatch.setattr(module, "get_global_event_loop", module.get_global_event_loop)  # put back after the test
    keep_streams_apart.cache_clear()
    keep_streams_apart()


def test_streams_share_one_loop_on_a_thread_that_stands_back(apart):
    loops = {module.get_global_event_loop() for module in (webrtc, relay, factory)}
    assert loops == {media_loop()}
    loop, thread, nice = asyncio.run_coroutine_threadsafe(whose(), media_loop()).result(5)
    assert (loop, thread) == (media_loop(), "media_loop")
    assert nice >= STREAM
    assert threading.current_thread().name != thread


def test_what_holds_up_a_stream_does_not_hold_up_the_server(apart):
    """The server's loop answers at once while the streams' loop is blocked."""
    blocked, go_on = threading.Event(), threading.Event()

    async def packet_that_takes_long() -> None:
        blocked.set()
        go_on.wait(10)

    pending = asyncio.run_coroutine_threadsafe(packet_that_takes_long(), webrtc.get_global_event_loop())
    assert blocked.wait(5)

    async def page() -> str:
        return "ok"

    assert asyncio.run(asyncio.wait_for(page(), 2)) == "ok"
    assert not pending.done()
    go_on.set()
    pending.result(5)
