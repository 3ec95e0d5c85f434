"""The recording tab, in Streamlit's own test runner."""

import tomllib
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from emotion.pages.recording import JOB
from emotion.pictures import MOST_BYTES
from emotion.recording import Progress
from emotion.recording_job import RecordingJob, Result
from emotion.settings import REPOSITORY
from tests.fakes import ConstantBackend, constant_classifier
from tests.films import film
from tests.scenes import on_background


def tab(job: object | None = None) -> AppTest:
    def show_tab():
        from types import SimpleNamespace

        from emotion.card import ModelCard
        from emotion.pages import recording
        from emotion.settings import Settings

        recording.show(SimpleNamespace(classifier=SimpleNamespace(card=ModelCard("constant"))), Settings.from_env())

    app = AppTest.from_function(show_tab)
    if job is not None:
        app.session_state[JOB] = job
    app.run(timeout=30)
    assert not app.exception
    return app


@pytest.fixture(scope="module")
def result(astronaut) -> Result:
    content = film([on_background(astronaut, 320, 240)] * 70, rate=10)
    job = RecordingJob(content, constant_classifier(ConstantBackend(happy=0.9)), 2.0, True, "class 7b.mp4")
    job.wait(60)
    return job.result


def done(result: Result | None = None, error: str = "") -> SimpleNamespace:
    return SimpleNamespace(running=False, result=result, error=error)


def test_without_a_recording_nothing_can_be_begun():
    app = tab()
    assert app.button(key="recording-begin").disabled
    assert "up to 200 MB" in app.get("file_uploader")[0].label


def test_a_running_analysis_tells_how_far_it_is_and_can_be_cancelled():
    cancelled = []
    job = SimpleNamespace(
        running=True, waits=False, progress=Progress(65, 0.5, 12.4), cancel=lambda: cancelled.append(True)
    )
    app = tab(job)
    assert app.get("progress")[0].proto.text == "1:05 analysed, about 12 s left"
    app.button(key="recording-cancel").click().run()
    assert cancelled


def test_one_that_waits_for_another_says_so():
    job = SimpleNamespace(running=True, waits=True, progress=Progress(0, None, None), cancel=lambda: None)
    assert tab(job).get("progress")[0].proto.text.startswith("Another recording is first; yours begins by itself.")


def test_a_result_has_its_charts_numbers_and_downloads(result):
    app = tab(done(result))
    assert app.subheader[0].value == "class 7b.mp4"
    assert "1.0 readable faces in the mean; most of all **smile-like** (90%)" in app.markdown[0].value
    assert len(app.get("vega_lite_chart")) == 2
    assert [*app.dataframe[0].value["from"]] == ["0:05", "0:00"]
    assert [button.label for button in app.get("download_button")] == ["Report", "CSV", "JSON", "Video with boxes"]
    app.segmented_control(key="recording-detail").set_value("7 expressions").run()
    assert not app.exception
    assert "happy" in app.dataframe[0].value


def test_what_is_missing_is_said(result):
    cut = Result(result.lesson, b"", truncated=True, cancelled=False)
    assert "damaged or cut off" in tab(done(cut)).warning[0].value
    ended = Result(result.lesson, b"", truncated=False, cancelled=True)
    assert "Cancelled" in tab(done(ended)).info[0].value
    assert "class.mp4: it is no video" in tab(done(error="class.mp4: it is no video")).error[0].value


def test_the_server_takes_what_the_tab_promises_and_refuses_more():
    config = tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["maxUploadSize"] * 1_000_000 == MOST_BYTES
