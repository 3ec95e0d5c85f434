"""The choice of the source on the live tab, in Streamlit's own test runner."""

from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from emotion.captions import CaptionLayout
from emotion.drawing import DrawStyle
from emotion.faces import Box
from emotion.labels import EMOTIONS, UNSURE
from emotion.live import View
from emotion.pages.room import WIDEST_PX, drawn
from emotion.pages.screen import looks
from emotion.recorder import LessonRecorder
from emotion.room import RoomCamera, RoomSource, Seen
from emotion.screen import TOKENS, ScreenSource
from emotion.settings import REPOSITORY
from tests.accepting import accepted
from tests.fakes import ScriptedAnalyzer, make_face


@pytest.fixture
def page(monkeypatch):
    """A runner of the whole page."""
    monkeypatch.setenv("STUN_URL", "none")
    with patch("streamlit_webrtc.component.get_this_session_info", lambda: None):
        yield accepted(AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=30))


def words(app: AppTest) -> str:
    return "\n".join(markdown.value for markdown in app.markdown)


def test_camera_and_window_are_offered_and_a_room_only_where_one_is_set(page, monkeypatch):
    page.run()
    assert page.segmented_control(key="source").options == ["Camera", "Shared window"]
    monkeypatch.setenv("CAMERA_URL", "rtsp://teacher:hunter2@127.0.0.1:9/")
    page.run()
    assert page.segmented_control(key="source").options == ["Camera", "Shared window", "Classroom camera"]
    assert not page.exception


def test_a_wrong_camera_address_is_told_without_its_password(page, monkeypatch):
    monkeypatch.setenv("CAMERA_URL", "ftp://teacher:hunter2@room/")
    page.run()
    assert page.error[0].value.startswith("The app cannot start: CAMERA_URL must begin with rtsp://")
    assert "hunter2" not in page.error[0].value


def test_a_window_gets_a_token_and_the_lesson_counts_it_alone(page):
    page.run()
    page.segmented_control(key="source").set_value("Shared window").run()
    assert not page.exception
    assert "Press **Share a window**" in words(page)
    window, lesson = page.session_state.screen, page.session_state.recorder
    assert TOKENS.source(TOKENS.token(window)) is window
    assert (window.recorder, page.session_state.transformer.recorder) == (lesson, None)
    assert lesson.source == "screen"
    page.segmented_control(key="source").set_value("Camera").run()
    assert (window.recorder, page.session_state.transformer.recorder) == (None, lesson)
    assert lesson.source == "camera"


def test_a_classroom_camera_is_read_only_after_start_and_until_another_source(page, monkeypatch):
    monkeypatch.setenv("CAMERA_URL", "rtsp://room")
    camera = RoomCamera("rtsp://room", lambda: ScriptedAnalyzer([]), lambda url: iter(()))
    with patch("emotion.pages.room._camera", lambda *_: camera):
        page.run()
        page.segmented_control(key="source").set_value("Classroom camera").run()
        assert (camera.watched, "Press **Start**" in words(page)) == (0, True)
        page.button(key="room-start").click().run()
        assert not page.exception
        assert camera.watched == 1
        page.segmented_control(key="source").set_value("Camera").run()
        assert camera.watched == 0


def numbers(source: ScreenSource | RoomSource) -> AppTest:
    """The numbers beside the picture of a source that plays, as a page of their own."""

    def show_numbers(source, stream):
        from emotion.pages.numbers import show

        show(source, stream)

    state = SimpleNamespace(playing=True, signalling=False)
    app = AppTest.from_function(show_numbers, kwargs={"source": source, "stream": SimpleNamespace(state=state)})
    app.run(timeout=20)
    assert not app.exception
    return app


def test_a_windows_numbers_and_its_lesson_are_shown():
    source = ScreenSource(ScriptedAnalyzer([make_face(happy=0.8)]))
    source.recorder = LessonRecorder("network", "screen")
    source.look(np.zeros((48, 64, 3), np.uint8))
    app = numbers(source)
    assert app.metric[0].value == "1"
    assert "mostly **happy**" in words(app)
    assert app.caption[-1].value == "1 frames analysed, 64 × 48 pixels"


@pytest.mark.parametrize(("name", "why"), [("screen", "minimised"), ("room", "switched off")])
def test_a_source_that_falls_silent_says_why_that_may_be(name, why):
    now = [100.0]
    source = ScreenSource(ScriptedAnalyzer([]), lambda: now[0]) if name == "screen" else RoomSource(lambda: now[0])
    now[0] += 4
    assert why in numbers(source).warning[0].value


def test_faces_look_in_the_browser_as_they_are_drawn_here():
    known = looks()
    assert [*known] == [*(e.value for e in EMOTIONS), UNSURE]
    assert known["happy"]["colour"] == "#D87E13"
    assert all(look["outline"] for name, look in known.items() if name != UNSURE)
    assert {look["ink"] for look in known.values()} <= {"#000000", "#ffffff", "#FFFFFF"}


def test_the_rooms_picture_is_reduced_before_captions_are_drawn():
    image = np.zeros((1080, 1920, 3), np.uint8)
    seen = Seen(image, (make_face(Box(400, 400, 600, 600), happy=0.9),))
    picture = drawn(seen, View(DrawStyle.BOXES), CaptionLayout())
    assert picture.shape == (540, WIDEST_PX, 3)
    rows, columns = np.nonzero(picture.any(axis=2))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == pytest.approx((200, 299, 200, 299), abs=2)
    assert not drawn(seen, View(DrawStyle.OFF), CaptionLayout()).any()
    assert not image.any()
