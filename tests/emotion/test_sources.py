"""Pictures of any source: analysed, recorded, counted."""

import numpy as np
import pytest

from emotion.labels import Emotion
from emotion.lesson import WINDOW_S
from emotion.live import EmotionVideoTransformer
from emotion.recorder import LessonRecorder
from emotion.sources import AnalysedSource, PictureSource
from tests.fakes import ScriptedAnalyzer, make_face

PICTURE = np.zeros((48, 64, 3), np.uint8)


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_camera_and_an_analysed_source_answer_the_same_questions(clock):
    sources: list[PictureSource] = [
        EmotionVideoTransformer(ScriptedAnalyzer([]), clock),
        AnalysedSource("screen", ScriptedAnalyzer([]), clock),
    ]
    assert [source.name for source in sources] == ["camera", "screen"]
    for source in sources:
        assert source.now() == 100
        assert source.status().frames == 0
        assert source.timeline.mood(source.now()).faces == 0
        assert source.recorder is None


def test_a_picture_is_recorded_and_counted(clock):
    source = AnalysedSource("screen", ScriptedAnalyzer([make_face(happy=0.8)]), clock)
    source.recorder = LessonRecorder("network", "screen")
    assert len(source.look(PICTURE)) == 1
    clock.seconds += WINDOW_S + 1
    source.look(PICTURE)
    assert source.status().frames == 2
    assert source.timeline.mood(source.now()).shares[Emotion.HAPPY] == pytest.approx(0.8)
    lesson = source.recorder.snapshot()
    assert lesson.source == "screen"
    assert lesson.windows[0].shares[3] == pytest.approx(0.8)


def test_what_fails_is_counted_and_raised(clock, caplog):
    source = AnalysedSource("screen", ScriptedAnalyzer(RuntimeError("no memory"), [make_face()]), clock)
    with pytest.raises(RuntimeError, match="no memory"):
        source.look(PICTURE)
    assert source.look(PICTURE)
    status = source.status()
    assert (status.frames, status.failures, status.last_failure) == (1, 1, "RuntimeError: no memory")
    assert caplog.text.count("Traceback") == 1


def test_something_else_than_a_picture_is_refused(clock):
    source = AnalysedSource("screen", ScriptedAnalyzer([]), clock)
    with pytest.raises(ValueError, match="expected an RGB picture"):
        source.look(np.zeros((48, 64), np.uint8))


def test_a_restart_forgets_what_was_counted(clock):
    source = AnalysedSource("room", ScriptedAnalyzer([make_face()]), clock)
    source.look(PICTURE)
    source.restart()
    assert source.status().frames == 0
    assert source.timeline.mood(source.now()).faces == 0


def test_lasting_faces_are_told_only_when_asked_for(clock):
    angry = make_face(angry=0.9)
    source = AnalysedSource("room", ScriptedAnalyzer([angry.__class__(angry.box, angry.scores, track_id=7)]), clock)
    for lasting, told in ((False, frozenset()), (True, frozenset({7}))):
        source.lasting = lasting
        for _ in range(60):
            source.look(PICTURE)
            clock.seconds += 0.5
        assert source.status().lasting == told
