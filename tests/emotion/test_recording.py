"""Recordings: read at a rate, upright, reduced; analysed into a lesson; what is no recording is told."""

import io
import zipfile
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from emotion.__main__ import main
from emotion.analyzer import load_analyzer
from emotion.lesson import WINDOW_S
from emotion.pictures import MOST_PIXELS, PictureReader, RecordingError, upright
from emotion.recording import AnnotatedVideo, analyse, record_lesson
from tests.fakes import make_face
from tests.films import film
from tests.scenes import on_background

KINDS = [("mp4", "libx264"), ("webm", "libvpx"), ("mov", "libx264"), ("avi", "mpeg4")]


def plain(value: int, width: int = 64, height: int = 48) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


@pytest.fixture(scope="module")
def face_film(astronaut) -> bytes:
    """Twelve seconds of a real face, ten pictures a second."""
    return film([on_background(astronaut, 320, 240)] * 120, rate=10)


@pytest.mark.parametrize(("kind", "codec"), KINDS)
def test_pictures_come_at_the_rate_asked_for(kind, codec):
    recording = film([plain(number) for number in range(40)], rate=10, kind=kind, codec=codec)
    with PictureReader(io.BytesIO(recording), rate=2) as reader:
        pictures = [*reader]
    assert [picture.at_s for picture in pictures] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], abs=0.11)
    assert not reader.truncated
    assert reader.length_s == pytest.approx(4.0, abs=0.2)
    assert pictures[0].image.shape == (48, 64, 3)


def test_a_rate_above_the_recording_s_gives_every_picture():
    with PictureReader(io.BytesIO(film([plain(9)] * 12, rate=10)), rate=30) as reader:
        assert len([*reader]) == 12


def test_times_are_those_of_the_pictures_however_they_come():
    times = [0, 0.04, 0.08, 1.7, 1.74, 4.0, 4.3, 4.6]
    with PictureReader(io.BytesIO(film([plain(9)] * 8, times=times)), rate=2) as reader:
        assert [round(picture.at_s, 2) for picture in reader] == [0, 1.7, 4.0, 4.6]


@pytest.mark.parametrize(("rotation", "corner"), [(0, (0, 0)), (90, (-1, 0)), (180, (-1, -1)), (-90, (0, -1))])
def test_a_turned_recording_is_upright(rotation, corner):
    picture = plain(20)
    picture[:10, :10] = 220
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    turned = SimpleNamespace(width=64, height=48, rotation=rotation, reformat=frame.reformat)
    shown = upright(turned)
    assert shown.shape == ((48, 64, 3) if rotation in {0, 180} else (64, 48, 3))
    assert shown[corner].min() > 200, "counterclockwise, as FFmpeg means it"


def test_an_8k_picture_is_reduced():
    frame = av.VideoFrame(7680, 4320, "yuv420p")
    shown = upright(frame)
    assert shown.shape == (1080, 1920, 3)
    assert shown.shape[0] * shown.shape[1] <= MOST_PIXELS


def test_a_cut_off_recording_gives_what_there_is():
    whole = film([plain(n) for n in range(100)], rate=10, kind="webm", codec="libvpx")
    with PictureReader(io.BytesIO(whole[: len(whole) // 2]), rate=2) as reader:
        pictures = [*reader]
    assert 2 <= len(pictures) < 20
    assert reader.truncated


@pytest.mark.parametrize(("kind", "codec"), [("mp4", "libx264"), ("webm", "libvpx")])
@pytest.mark.parametrize(("sound_s", "begins_s"), [(10.0, 0.0), (16.0, 0.0), (16.0, 5.0), (4.0, 0.0)])
def test_sound_and_pictures_that_do_not_end_together_are_no_cut(kind, codec, sound_s, begins_s):
    times = [begins_s + number / 10 for number in range(100)]
    whole = film([plain(n) for n in range(100)], kind=kind, codec=codec, times=times, sound_s=sound_s)
    with PictureReader(io.BytesIO(whole), rate=2) as reader:
        assert len([*reader]) == pytest.approx(20, abs=1)
    assert not reader.truncated


def test_a_cut_off_recording_with_sound_is_told_too():
    whole = film([plain(n) for n in range(100)], kind="webm", codec="libvpx", sound_s=10.0)
    with PictureReader(io.BytesIO(whole[: len(whole) // 2]), rate=2) as reader:
        assert len([*reader]) >= 2
    assert reader.truncated


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("film.mp4", bytes(1000))
    return out.getvalue()


def sound() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is no video that can be read"),
        (b"noise" * 1000, "it is no video that can be read"),
        (zipped(), "it is no video that can be read"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n", "it is no video that can be read"),
        (film([plain(1)] * 5)[:200], "it is no video that can be read"),
        (sound(), "it has no pictures: there is no video stream in it"),
    ],
    ids=["empty", "noise", "zip", "playlist", "cut", "sound"],
)
def test_what_is_no_recording_is_told(content, message):
    with pytest.raises(RecordingError, match=message):
        [*PictureReader(io.BytesIO(content))]


def test_a_rate_of_nothing_is_refused():
    with pytest.raises(RecordingError, match="the rate must be more than 0 pictures a second, got 0"):
        PictureReader(io.BytesIO(b""), rate=0)


def test_a_recording_becomes_a_lesson(face_film):
    classifier = load_analyzer().classifier
    heard = []
    with PictureReader(io.BytesIO(face_film)) as reader:
        lesson = record_lesson(analyse(reader, classifier), reader, "network", lambda p: heard.append(p) or True)
    assert [window.start_s for window in lesson.windows] == [0, WINDOW_S, 2 * WINDOW_S]
    assert all(window.faces_seen == window.faces_readable == 1 for window in lesson.windows)
    assert lesson.windows[1].shares[3] > 0.5, "the astronaut smiles"
    assert (lesson.source, lesson.model) == ("recording", "network")
    assert (lesson.ended - lesson.started).total_seconds() == pytest.approx(11.5, abs=0.2)
    assert len(heard) == 24
    assert heard[-1].fraction == pytest.approx(1, abs=0.06)
    assert heard[-1].left_s < heard[2].left_s or heard[-1].left_s < 0.2


def test_an_analysis_can_be_ended(face_film):
    classifier = load_analyzer().classifier
    with PictureReader(io.BytesIO(face_film)) as reader:
        lesson = record_lesson(analyse(reader, classifier), reader, "network", lambda p: p.done_s < 2)
    assert len(lesson.windows) == 1


def test_an_annotated_video_may_stay_in_memory():
    out = io.BytesIO()
    with AnnotatedVideo(out, 2.0) as drawn:
        for _ in range(6):
            drawn.add(plain(40, 161, 121), [make_face()])
        drawn.add(plain(40, 80, 60), [])
    out.seek(0)
    with PictureReader(out, rate=30) as reader:
        pictures = [*reader]
    assert len(pictures) == 7
    assert pictures[0].image.shape == (120, 160, 3)
    assert np.abs(pictures[0].image.astype(int) - 40).max() > 60, "a box is drawn"


def test_an_annotated_video_is_whole_or_absent(face_film, tmp_path, monkeypatch):
    (tmp_path / "class.mp4").write_bytes(face_film)

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(AnnotatedVideo, "add", fail)
    given = ["video", str(tmp_path / "class.mp4"), "--csv", str(tmp_path / "out.csv")]
    assert main([*given, "--annotated", str(tmp_path / "drawn.mp4")]) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["class.mp4"]


def test_the_command_writes_windows_and_a_drawn_video(face_film, tmp_path, capsys):
    (tmp_path / "class.mp4").write_bytes(face_film)
    out, drawn = tmp_path / "class.csv", tmp_path / "drawn.mp4"
    assert main(["video", str(tmp_path / "class.mp4"), "--csv", str(out), "--annotated", str(drawn)]) == 0
    header, *rows = out.read_text().splitlines()
    assert header == "start_s,angry,disgust,fear,happy,sad,surprise,neutral,unsure,faces_seen,faces_readable,model"
    assert len(rows) == 3
    assert "0.2 minutes in 3 windows" in capsys.readouterr().out
    with PictureReader(drawn, rate=30) as reader:
        assert len([*reader]) == 24


def test_the_command_follows_the_largest_face(face_film, tmp_path):
    (tmp_path / "class.mp4").write_bytes(face_film)
    out = tmp_path / "face.csv"
    given = ["video", str(tmp_path / "class.mp4"), "--csv", str(out), "--largest-face-only", "--fps", "1"]
    assert main(given) == 0
    header, *rows = out.read_text().splitlines()
    assert header == "at_s,emotion,confidence,angry,disgust,fear,happy,sad,surprise,neutral,x1,y1,x2,y2"
    assert len(rows) == 12
    assert rows[5].startswith("5.0,happy,")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["none.mp4"], "no recording at none.mp4"),
        (["none.mp4", "--fps", "0"], "--fps must be more than 0 and at most 30, got 0"),
        (["none.mp4", "--annotated", "drawn.avi"], "its name must end in .mp4, got drawn.avi"),
        ([__file__], "test_recording.py: it is no video that can be read"),
    ],
)
def test_wrong_input_is_one_line(given, message, tmp_path, capsys):
    assert main(["video", *given, "--csv", str(tmp_path / "out.csv")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out.csv").exists()


def test_an_address_that_does_not_answer_is_told_without_its_password(tmp_path, capsys):
    address = "http://teacher:secret@127.0.0.1:9/film"
    assert main(["video", address, "--csv", str(Path(tmp_path) / "out.csv")]) == 2
    error = capsys.readouterr().err
    assert "the address does not answer" in error
    assert "secret" not in error
