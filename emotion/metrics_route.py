"""`GET /metrics`: the numbers of `emotion.metrics` and of the REST interface, for the operator's Prometheus."""

import logging
from collections.abc import Iterator
from http import HTTPStatus

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emotion.api.counters import ApiCounters
from emotion.api.entry import refusal
from emotion.metrics import Metrics
from emotion.problems import problem
from emotion.settings import Settings

logger = logging.getLogger(__name__)


class MeteredApi(ApiCounters):
    """The REST interface's counters, whose pictures count among all others, too."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics
        metrics.registry.register(_ApiCollector(self))

    def note_picture(self, faces: int, took_s: float) -> None:
        super().note_picture(faces, took_s)
        self._metrics.note_picture("api", faces, took_s)


class _ApiCollector(Collector):
    """Reads the counters when somebody asks."""

    def __init__(self, counters: ApiCounters) -> None:
        self._counters = counters

    def collect(self) -> Iterator[Metric]:
        counts = self._counters.counts()
        answers = CounterMetricFamily("class_mood_api_answers", "Answers of POST /api/v1/predict.", labels=("status",))
        for status, number in sorted(counts.answers.items()):
            answers.add_metric((str(status),), number)
        yield answers
        yield GaugeMetricFamily(
            "class_mood_api_queue",
            "Requests of the REST interface in hand: read, waiting or analysed.",
            counts.in_hand,
        )


def metrics_route(metrics: Metrics) -> Route:
    """The route of `/metrics`: with `METRICS_TOKEN` for who sends it, without for programs of this machine only."""

    def answer(request: Request) -> Response:  # no coroutine: on a thread, as it reads /proc
        try:
            token = Settings.from_env().metrics_token
        except ValueError:  # an open door is the wrong answer to a setting that cannot be read
            logger.exception("the settings are wrong, so nobody gets metrics")
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "a setting is wrong: the app's operator finds it in its log")
        if refused := refusal(request, token, "METRICS_TOKEN"):
            return refused
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(metrics.registry), headers={"Content-Type": kind, "Cache-Control": "no-store"})

    return Route("/metrics", answer, methods=["GET"])
