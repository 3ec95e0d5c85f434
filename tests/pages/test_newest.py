"""A consumer that is slower than a camera gets its newest picture."""

import asyncio
from fractions import Fraction

import av
from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaRelay
from aiortc.mediastreams import MediaStreamError

from emotion.pages.newest import keep_newest_only

FRAMES = 40


class Camera(MediaStreamTrack):
    """Numbers its frames, one every five milliseconds, and ends."""

    kind = "video"
    given = 0

    async def recv(self) -> av.VideoFrame:
        if self.given == FRAMES:
            raise MediaStreamError
        await asyncio.sleep(0.005)
        frame = av.VideoFrame(16, 16, "yuv420p")
        frame.pts, frame.time_base = self.given, Fraction(1, 200)
        self.given += 1
        return frame


async def seen_by_a_slow_one() -> list[tuple[int, int]]:
    """(frames given by then, number of the frame) of each that was taken."""
    camera = Camera()
    track = MediaRelay().subscribe(camera)
    seen = []
    while True:
        try:
            frame = await track.recv()
        except MediaStreamError:
            return seen
        seen.append((camera.given, frame.pts))
        await asyncio.sleep(0.04)


def test_a_slow_consumer_gets_the_newest_frame_and_the_end():
    keep_newest_only()
    keep_newest_only()
    seen = asyncio.run(seen_by_a_slow_one())
    assert 2 <= len(seen) < FRAMES / 2
    assert max(given - number for given, number in seen) <= 2, seen
