"""What the app gives back of a picture or recording holds nothing of what its file said besides the picture."""

import io

import av
import numpy as np
import pytest
from PIL import Image

from emotion import load_analyzer
from emotion.drawing import draw_faces
from emotion.images import decode_picture, encode_jpeg, encode_png
from emotion.pictures import PictureReader, RecordingError
from emotion.recording_job import MOST_S, RecordingJob
from tests.films import film
from tests.scenes import on_background

MARK = "taken at 52.52, 13.40 by somebody"


def with_exif(picture: np.ndarray, kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = MARK
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, exif=exif)
    assert MARK.encode() in file.getvalue()
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("encode", [encode_png, encode_jpeg])
def test_a_drawn_picture_has_no_exif(astronaut, kind, encode):
    image = decode_picture(with_exif(astronaut, kind))
    content = encode(draw_faces(image, load_analyzer().analyze(image)))
    assert MARK.encode() not in content
    with Image.open(io.BytesIO(content)) as picture:
        assert dict(picture.getexif()) == {}


def test_a_drawn_recording_has_no_place_and_no_title(astronaut):
    scene = on_background(astronaut, 640, 480)
    file = io.BytesIO()
    with av.open(file, "w", format="mp4", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update({"title": MARK, "location": "+52.52+013.40/"})
        stream = container.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for _ in range(6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(scene, format="rgb24")))
        container.mux(stream.encode())
    assert MARK.encode() in file.getvalue()
    job = RecordingJob(file.getvalue(), load_analyzer().classifier, 2.0, True, "lesson.mp4")
    job.wait(60)
    assert job.error == ""
    assert MARK.encode() not in job.result.annotated
    with av.open(io.BytesIO(job.result.annotated)) as drawn:
        assert not {"title", "location"} & drawn.metadata.keys()
        assert drawn.streams.video[0].codec_context.width == 640


def test_a_recording_may_have_so_many_seconds(astronaut, monkeypatch):
    content = film([on_background(astronaut, 320, 240)] * 20, rate=5)  # 4 s
    with pytest.raises(RecordingError, match="longer than 0\\.001 hours"):
        PictureReader(io.BytesIO(content), 2.0, 3.6)
    with PictureReader(io.BytesIO(content), 2.0, 4.5) as reader:
        assert len([*reader]) == 8
    with PictureReader(io.BytesIO(content), 2.0) as reader:
        reader._longest_s = 3.0  # a file may lie about its length
        with pytest.raises(RecordingError, match="longer than"):
            list(reader)
    monkeypatch.setattr("emotion.recording_job.MOST_S", 3.0)
    job = RecordingJob(content, load_analyzer().classifier, 2.0, False, "lesson.mp4")
    job.wait(60)
    assert job.error.startswith("lesson.mp4: it is longer than")
    assert MOST_S == 4 * 3600
