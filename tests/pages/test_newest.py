"""Of a stream whose pictures come quicker than they are asked for, the newest wait and no other."""

import asyncio

import pytest
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpreceiver import RemoteStreamTrack

from emotion.pages.newest import MOST_WAITING, keep_newest_only


async def received(kind: str, given: int) -> list[int]:
    """What a track gives of so many frames that all came before the first was asked for; it ends then."""
    track = RemoteStreamTrack(kind)
    for number in range(given):
        await track._queue.put(number)
    got = [await track.recv() for _ in range(track._queue.qsize())]
    await track._queue.put(None)
    with pytest.raises(MediaStreamError):
        await track.recv()
    return got


@pytest.mark.parametrize(("kind", "given", "got"), [("video", 100, MOST_WAITING), ("video", 2, 2), ("audio", 100, 100)])
def test_the_newest_frames_of_a_video_wait_and_sound_loses_nothing(kind, given, got):
    keep_newest_only()
    assert asyncio.run(received(kind, given)) == list(range(given - got, given))


def test_the_end_of_a_stream_is_never_lost():
    keep_newest_only()

    async def ended() -> None:
        track = RemoteStreamTrack("video")
        for number in range(2 * MOST_WAITING):
            await track._queue.put(number)
        await track._queue.put(None)
        for _ in range(MOST_WAITING - 1):
            await track.recv()
        with pytest.raises(MediaStreamError):
            await track.recv()

    asyncio.run(ended())
