"""The numbers at /metrics: what is counted, who may read them, and that nobody stands in them."""

import asyncio
import io

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from emotion.live import EmotionVideoTransformer
from emotion.metrics import METRICS, SOURCES, Metrics
from emotion.pictures import PictureReader
from emotion.recording import analyse
from emotion.routes import routes
from emotion.screen import ScreenSource, ScreenTokens
from tests.asgi import Answer, ask
from tests.emotion.test_live import frame
from tests.fakes import ConstantBackend, ScriptedAnalyzer, constant_classifier, make_face
from tests.films import film

TOKEN = "0123456789abcdef"


def read(app: Starlette, headers: dict[str, str] | None = None) -> Answer:
    return asyncio.run(ask(app, "GET", "/metrics", headers=headers))


def samples(answer: Answer) -> dict[str, float]:
    """`name{label}` -> value, by Prometheus' own parser."""
    assert answer.status == 200, answer.body
    return {
        sample.name + "".join(f"{{{value}}}" for _, value in sorted(sample.labels.items(), reverse=True)): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def app(metrics) -> Starlette:
    return Starlette(routes=routes(ScreenTokens(), metrics))


def test_every_number_is_there_from_the_start(app):
    found = samples(read(app))
    for source in SOURCES:
        for name in ("frames_analysed_total", "faces_total", "frame_errors_total", "frame_seconds_count"):
            assert found[f"class_mood_{name}{{{source}}}"] == 0
    assert found["class_mood_api_queue"] == 0
    assert found["process_resident_memory_bytes"] > 1e7


def test_pictures_faces_errors_and_seconds_are_counted(app, metrics):
    metrics.note_picture("camera", 3, 0.012)
    metrics.note_picture("camera", 1, 0.3)
    metrics.note_failure("screen")
    found = samples(read(app))
    assert found["class_mood_frames_analysed_total{camera}"] == 2
    assert found["class_mood_faces_total{camera}"] == 4
    assert found["class_mood_frame_errors_total{screen}"] == 1
    assert found["class_mood_frame_seconds_sum{camera}"] == pytest.approx(0.312)
    assert found["class_mood_frame_seconds_bucket{camera}{0.02}"] == 1
    assert found["class_mood_frame_seconds_bucket{camera}{0.5}"] == 2


def test_a_name_from_outside_becomes_no_time_series(app, metrics):
    for number in range(50):
        metrics.note_picture(f"pupil {number}", 1, 0.1)
    answer = read(app)
    assert samples(answer)["class_mood_frames_analysed_total{other}"] == 50
    assert b"pupil" not in answer.body


def test_the_rest_interface_is_counted(app):
    refused = asyncio.run(ask(app, "POST", "/api/v1/predict", [b"no picture"], {"content-type": "text/plain"}))
    found = samples(read(app))
    assert found[f"class_mood_api_answers_total{{{refused.status}}}"] == 1
    assert found["class_mood_api_queue"] == 0


def counted(source: str) -> tuple[float, float, float]:
    """Pictures, faces and errors of this process's own numbers."""
    values = [
        METRICS.registry.get_sample_value(f"class_mood_{name}_total", {"source": source})
        for name in ("frames_analysed", "faces", "frame_errors")
    ]
    return tuple(value or 0.0 for value in values)


def test_camera_screen_and_recording_count_what_they_analyse():
    before = {source: np.array(counted(source)) for source in ("camera", "screen", "recording")}
    two = [make_face(), make_face()]
    transformer = EmotionVideoTransformer(ScriptedAnalyzer(two))
    transformer.recv(frame())
    transformer.recv(frame())
    EmotionVideoTransformer(ScriptedAnalyzer(ZeroDivisionError("no"))).recv(frame())

    ScreenSource(ScriptedAnalyzer(two)).look(np.zeros((48, 64, 3), np.uint8))
    with pytest.raises(ZeroDivisionError):
        ScreenSource(ScriptedAnalyzer(ZeroDivisionError("no"))).look(np.zeros((48, 64, 3), np.uint8))

    recording = film([np.zeros((48, 64, 3), np.uint8)] * 10, rate=10)
    with PictureReader(io.BytesIO(recording), rate=5) as reader:
        pictures = len([*analyse(reader, constant_classifier(ConstantBackend()))])

    after = {source: tuple(np.array(counted(source)) - before[source]) for source in before}
    assert after == {"camera": (2, 4, 1), "screen": (1, 2, 1), "recording": (pictures, 0, 0)}
    assert pictures == 5


# --- who may read them


def test_without_a_token_only_this_machine_reads(app, monkeypatch):
    monkeypatch.delenv("METRICS_TOKEN", raising=False)
    assert read(app).status == 200
    for header in ({"x-forwarded-for": "192.0.2.1"}, {"host": "mood.school.example"}):
        answer = read(app, header)
        assert answer.status == 403
        assert "METRICS_TOKEN" in answer.json()["detail"]


def test_with_a_token_whoever_knows_it_reads(app, monkeypatch):
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    outside = {"host": "mood.school.example", "x-forwarded-for": "192.0.2.1"}
    assert read(app, {**outside, "authorization": f"Bearer {TOKEN}"}).status == 200
    for given in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {TOKEN}"}):
        answer = read(app, {**outside, **given})
        assert answer.status == 401
        assert "METRICS_TOKEN" in answer.json()["detail"]
        assert b"class_mood" not in answer.body
    assert read(app).status == 401, "a token that is set holds on this machine, too"


def test_a_token_that_cannot_be_meant_opens_nothing(app, monkeypatch):
    monkeypatch.setenv("METRICS_TOKEN", "short")
    answer = read(app)
    assert answer.status == 503
    assert b"short" not in answer.body


def test_older_and_newer_prometheus_get_their_formats(app):
    new = {"accept": "application/openmetrics-text;version=1.0.0"}
    assert "openmetrics-text" in read(app, new).headers["content-type"]
    assert read(app, {"accept": "text/plain;version=0.0.4"}).headers["content-type"].startswith("text/plain")
    assert read(app).headers["cache-control"] == "no-store"
