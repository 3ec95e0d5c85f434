"""The page without a browser: Streamlit's own test runner."""

from types import SimpleNamespace
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from emotion.counters import StreamStatus
from emotion.pages import live
from emotion.pages.numbers import CONNECTING_TOO_LONG_S
from emotion.settings import REPOSITORY
from emotion.timeline import MoodTimeline
from tests.accepting import accepted
from tests.fakes import make_face


@pytest.fixture
def page(monkeypatch):
    """A runner of the whole page; streamlit-webrtc finds no browser session in it and must not look for one."""
    monkeypatch.setenv("STUN_URL", "none")
    with patch("streamlit_webrtc.component.get_this_session_info", lambda: None):
        yield accepted(AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=30))


def test_the_page_says_what_to_do(page):
    page.run()
    assert not page.exception
    assert page.title[0].value == "Class Mood"
    assert "Press **START**" in page.markdown[0].value
    assert [tab.label.split(": ")[-1] for tab in page.tabs] == ["Live", "Lessons", "Recording", "Photo", "About"]
    assert "forbidden" in page.info[0].value


def test_a_second_run_keeps_the_stream(page):
    page.run()
    transformer = page.session_state.transformer
    page.run()
    assert page.session_state.transformer is transformer


def test_another_resolution_can_be_chosen(page):
    page.run()
    page.segmented_control(key="resolution").set_value("720p").run()
    assert not page.exception


def test_a_wrong_setting_is_told_on_the_page_without_a_traceback(page, monkeypatch):
    monkeypatch.setenv("TURN_URL", "http://relay.example")
    page.run()
    assert not page.exception
    assert "TURN_URL must begin with turn:" in page.error[0].value
    assert not page.tabs


def test_a_missing_network_is_told_on_the_page(page):
    with patch("emotion.pages.page.load_analyzer", side_effect=FileNotFoundError("no model at model/x.tflite")):
        page.run()
    assert not page.exception
    assert page.error[0].value == "The app cannot start: no model at model/x.tflite"


class StandingTransformer:
    """A stream whose counters stand still."""

    name = "camera"

    def __init__(self, **status) -> None:
        values = {"frames": 7, "failures": 0, "last_failure": "", "last_frame_s": 0.1, "age_s": 60.0, **status}
        self.timeline = MoodTimeline()
        self.recorder = None
        self._status = StreamStatus(**values)

    def status(self) -> StreamStatus:
        return self._status

    def now(self) -> float:
        return 100.0


def numbers(transformer: StandingTransformer, playing: bool = True, signalling: bool = False) -> AppTest:
    """The live tab's numbers, as a page of their own."""

    def show_numbers(transformer, state):
        from types import SimpleNamespace

        from emotion.pages.numbers import show

        show(transformer, SimpleNamespace(state=state))

    state = SimpleNamespace(playing=playing, signalling=signalling)
    app = AppTest.from_function(show_numbers, kwargs={"transformer": transformer, "state": state})
    app.run(timeout=20)
    assert not app.exception
    return app


def test_faces_and_their_mix_are_shown():
    transformer = StandingTransformer()
    transformer.timeline.record([make_face(happy=0.8), make_face(happy=0.3, unsure_below=0.5)], at=99.5)
    app = numbers(transformer)
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("Faces now", "2"),
        ("Readable", "2"),
        ("Unsure", "50%"),
    ]
    assert "mostly **happy**" in app.markdown[0].value
    assert app.caption[0].value == "7 frames analysed"
    assert not app.warning


def test_no_face_is_said_and_nothing_invented():
    transformer = StandingTransformer()
    transformer.timeline.record([], at=99.9)
    app = numbers(transformer)
    assert app.metric[0].value == "0"
    assert "No face found" in app.markdown[0].value


def test_a_silent_stream_says_why_that_may_be():
    app = numbers(StandingTransformer(last_frame_s=4.0))
    text = app.warning[0].value
    assert text.startswith("No frame for 3 seconds")
    for reason in ("camera allowed", "https://", "TURN"):
        assert reason in text


def test_failing_frames_are_counted_on_the_page():
    app = numbers(StandingTransformer(failures=3, last_failure="ValueError: odd"))
    assert "3 frames could not be analysed" in app.warning[0].value
    assert "ValueError: odd" in app.warning[0].value


def test_a_picture_made_small_is_told_with_what_to_do():
    app = numbers(StandingTransformer(size=(320, 180), largest=(1280, 720)))
    assert "now sends 320 × 180 pixels instead of 1280 × 720" in app.warning[0].value
    assert "320 × 180 pixels" in app.caption[0].value
    assert not numbers(StandingTransformer(size=(960, 540), largest=(1280, 720))).warning


def test_before_start_the_page_says_what_to_do():
    assert "Press **START**" in numbers(StandingTransformer(), playing=False).markdown[0].value


def test_a_connection_that_takes_long_names_the_cure():
    soon = numbers(StandingTransformer(age_s=CONNECTING_TOO_LONG_S - 1), playing=False, signalling=True)
    assert soon.markdown[0].value == "Connecting..."
    late = numbers(StandingTransformer(age_s=CONNECTING_TOO_LONG_S + 1), playing=False, signalling=True)
    assert "TURN" in late.warning[0].value


def test_the_camera_is_asked_for_without_the_microphone():
    constraints = live._constraints(1280, 720)
    assert constraints["audio"] is False
    assert constraints["video"]["width"] == {"ideal": 1280}
