"""Short recordings for tests: a real face in a scene, as MP4 or another format."""

import io
from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np

from emotion.faces import RGBImage


def film(
    pictures: Sequence[RGBImage],
    rate: int = 10,
    kind: str = "mp4",
    codec: str = "libx264",
    times: Sequence[float] = (),
    sound_s: float = 0.0,
) -> bytes:
    """The pictures one after the other, `rate` a second, or at `times` in seconds, and `sound_s` seconds of silence."""
    out = io.BytesIO()
    height, width = pictures[0].shape[:2]
    with av.open(out, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        sound = container.add_stream("libopus" if kind == "webm" else "aac", rate=48_000) if sound_s else None
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.time_base = Fraction(1, 1000)
            frame.pts = round(1000 * (times[number] if times else number / rate))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if sound is not None:
            for start in range(0, round(sound_s * sound.rate), 960):
                frame = av.AudioFrame.from_ndarray(np.zeros((2, 960), np.float32), format="fltp", layout="stereo")
                frame.sample_rate, frame.time_base, frame.pts = sound.rate, Fraction(1, sound.rate), start
                container.mux(sound.encode(frame))
            container.mux(sound.encode())
    return out.getvalue()
