"""What the app has analysed since its start, as numbers for Prometheus: of pictures and of faces, never of whom.

A label says which kind of source a picture came from, one of `SOURCES`; none says whose it was, so that nobody's
lesson can be told from another's but by the hour.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.process_collector import ProcessCollector

SOURCES = ("camera", "screen", "room", "recording", "photo", "api")
disable_created_metrics()  # type: ignore[no-untyped-call]  # a second line for each number, of when it began, which the process's start tells as well

BUCKETS_S = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Upper bounds of the histogram: a frame of a stream has 0.067 s, a photo a few seconds."""


class Metrics:
    """Counters with a registry of their own; may be called from any thread."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._pictures = self._counter("frames_analysed", "Pictures analysed.")
        self._faces = self._counter("faces", "Faces found in these pictures; one face in two pictures counts twice.")
        self._failures = self._counter("frame_errors", "Pictures whose analysis failed.")
        self._took = Histogram(
            "class_mood_frame_seconds",
            "Seconds from a picture's arrival to the end of its analysis.",
            ("source",),
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        for source in SOURCES:  # there from the start, so that a rate is zero and not unknown
            for metric in (self._pictures, self._faces, self._failures, self._took):
                metric.labels(source)
        ProcessCollector(registry=self.registry)  # memory, processor, open files, of Linux only

    def note_picture(self, source: str, faces: int, took_s: float) -> None:
        """Count a picture with so many faces, whose analysis took `took_s` seconds."""
        source = _known(source)
        self._pictures.labels(source).inc()
        self._faces.labels(source).inc(faces)
        self._took.labels(source).observe(took_s)

    def note_failure(self, source: str) -> None:
        """Count a picture that could not be analysed."""
        self._failures.labels(_known(source)).inc()

    def _counter(self, name: str, meaning: str) -> Counter:
        return Counter(f"class_mood_{name}", meaning, ("source",), registry=self.registry)


def _known(source: str) -> str:
    """Bounds the labels: a name that came from outside must become no time series of its own."""
    return source if source in SOURCES else "other"


METRICS = Metrics()
"""This process's."""
