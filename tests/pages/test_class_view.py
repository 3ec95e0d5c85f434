"""The lesson's section of the page, in Streamlit's own test runner."""

import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from emotion.card import ModelCard
from emotion.lesson import WINDOW_S
from emotion.recorder import LessonRecorder, LessonState
from emotion.settings import DEFAULT_MODEL
from tests.fakes import make_face

CARD = ModelCard.load(DEFAULT_MODEL.with_suffix(".json"))


def section(
    recorder: LessonRecorder, now_s: float, playing: bool = False, changed: Callable[[], None] = lambda: None
) -> AppTest:
    """The section as a page of its own, at `now_s` of the lesson."""

    def show_section(recorder, card, now_s, playing, changed):
        from emotion.pages import class_view

        class_view.show(recorder, card, lambda: now_s, playing, changed)

    given = {"recorder": recorder, "card": CARD, "now_s": now_s, "playing": playing, "changed": changed}
    app = AppTest.from_function(show_section, kwargs=given)
    app.run(timeout=30)
    assert not app.exception
    return app


def lesson(windows: int, faces: int = 2) -> LessonRecorder:
    recorder = LessonRecorder("network")
    seen = [make_face(happy=0.7) if n % 2 else make_face(neutral=0.6) for n in range(faces)]
    for number in range(windows + 1):
        recorder.record(seen, number * WINDOW_S)
    return recorder


def charts(app: AppTest) -> int:
    return len(app.get("vega_lite_chart"))


def test_before_the_first_picture_it_says_what_will_come():
    app = section(LessonRecorder("network"), 0.0)
    assert app.markdown[0].value == "It begins with the first picture after START."
    assert app.button(key="class-pause").disabled
    assert app.button(key="class-stop").disabled
    assert charts(app) == 0


def test_a_running_lesson_has_its_charts_and_numbers():
    app = section(lesson(12), 62.0)
    assert app.markdown[0].value == "Running for **1:02**"
    assert charts(app) == 2
    assert [*app.dataframe[0].value["from"]][:2] == ["0:55", "0:50"]
    assert app.dataframe[0].value["smile-like"][0] == pytest.approx((0.7 + 0.4 / 6) / 2, abs=1e-3)
    assert not app.get("download_button")
    app.toggle(key="class-files").set_value(True).run()
    assert [button.label for button in app.get("download_button")] == ["Report", "CSV", "JSON"]


def test_seven_expressions_and_corrected_shares_can_be_asked_for():
    app = section(lesson(12), 62.0)
    app.segmented_control(key="class-detail").set_value("7 expressions").run()
    plain = app.dataframe[0].value["happy"][0]
    app.toggle(key="class-correct").set_value(True).run()
    assert not app.exception
    rows = app.dataframe[0].value
    assert rows["happy"][0] != plain
    assert rows[["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]].iloc[0].sum() == pytest.approx(
        1, abs=5e-3
    )


def test_pause_go_on_end_and_erase():
    recorder = lesson(3)
    app = section(recorder, 16.0)
    app.button(key="class-pause").click().run()
    assert recorder.state is LessonState.PAUSED
    assert "Paused" in app.markdown[0].value
    app.button(key="class-resume").click().run()
    assert recorder.state is LessonState.RUNNING
    app.button(key="class-stop").click().run()
    assert recorder.state is LessonState.STOPPED
    assert app.markdown[0].value.startswith("Ended")
    app.button(key="class-erase").click().run()
    assert recorder.state is LessonState.EMPTY
    assert recorder.snapshot().windows == ()


def test_erased_while_the_camera_plays_nothing_is_counted_until_it_is_begun():
    recorder = lesson(3)
    app = section(recorder, 16.0, playing=True)
    app.button(key="class-erase").click().run()
    recorder.record([make_face(happy=0.7)], 17.0)
    assert recorder.state is LessonState.WAITING
    assert "nothing is counted until you press Begin" in app.markdown[0].value
    assert app.button(key="class-stop").disabled
    app.button(key="class-begin").click().run()
    recorder.record([make_face(happy=0.7)], 18.0)
    assert recorder.state is LessonState.RUNNING


def test_after_an_erasure_start_is_a_beginning_too():
    recorder = lesson(3)
    recorder.erase(wait=True)
    section(recorder, 16.0, playing=False)
    assert recorder.state is LessonState.EMPTY


def test_the_end_of_a_lesson_is_handed_over_before_it_is_erased():
    seen = []
    recorder = lesson(3)

    def changed() -> None:
        snapshot = recorder.snapshot()
        seen.append((len(snapshot.windows), snapshot.ended is not None))

    app = section(recorder, 16.0, playing=True, changed=changed)
    app.button(key="class-stop").click().run()
    assert seen == [(4, True)]
    app.button(key="class-erase").click().run()
    assert seen == [(4, True), (4, True), (0, False)]


def test_markers_by_one_press_or_in_own_words():
    recorder = lesson(3)
    app = section(recorder, 16.0)
    next(button for button in app.button if button.label == "Quiz").click().run()
    app.text_input(key="class-words").set_value("group work")
    next(button for button in app.button if button.label == "Mark").click().run()
    assert [(m.at_s, m.text) for m in recorder.snapshot().markers] == [(16.0, "Quiz"), (16.0, "group work")]
    next(button for button in app.button if button.label == "Mark").click().run()
    assert app.toast[0].value == "Not marked: a marker needs a word."
    assert not app.exception


def test_two_hours_of_thirty_faces_are_drawn_in_time():
    recorder = lesson(1440, faces=30)
    app = section(recorder, 7201.0)
    app.segmented_control(key="class-span").set_value("Whole lesson").run()
    began = time.perf_counter()
    app.run()
    assert time.perf_counter() - began < 3.0  # far more than it takes; the figure is in the README
    assert charts(app) == 2
    assert len(app.dataframe[0].value) <= 241
