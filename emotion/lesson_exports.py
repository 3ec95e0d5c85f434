"""A lesson's numbers as CSV and JSON; the columns are documented and stay."""

import csv
import io
import json
from typing import Any

from emotion.labels import EMOTIONS, UNSURE
from emotion.lesson import Lesson, Window

WINDOW_COLUMNS = ("start_s", *(e.value for e in EMOTIONS), UNSURE, "faces_seen", "faces_readable", "model")
"""Seconds after the lesson's start; shares 0-1 of the readable faces, empty where there was none; share 0-1 of all
faces; mean counts a picture; the card's name of the network."""


def window_row(window: Window, model: str) -> dict[str, Any]:
    """One window in `WINDOW_COLUMNS` order, shares with four digits; `model` is its lesson's, if it names none."""
    shares: list[float | None] = [round(share, 4) for share in window.shares]
    shares = shares or [None] * len(EMOTIONS)
    return {
        "start_s": window.start_s,
        **dict(zip((e.value for e in EMOTIONS), shares, strict=True)),
        UNSURE: round(window.unsure, 4),
        "faces_seen": round(window.faces_seen, 2),
        "faces_readable": round(window.faces_readable, 2),
        "model": window.model or model,
    }


def lesson_csv(lesson: Lesson) -> str:
    """A header and a row for each window."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=WINDOW_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(window_row(window, lesson.model) for window in lesson.windows)
    return text.getvalue()


def lesson_json(lesson: Lesson) -> str:
    """Everything of a lesson, times in ISO 8601 with their zone."""
    return json.dumps(
        {
            "title": lesson.title,
            "started": lesson.started.isoformat(),
            "ended": lesson.ended.isoformat() if lesson.ended else None,
            "source": lesson.source,
            "model": lesson.model,
            "markers": [{"at_s": round(marker.at_s, 1), "text": marker.text} for marker in lesson.markers],
            "windows": [window_row(window, lesson.model) for window in lesson.windows],
        },
        indent=2,
    ) + "\n"  # fmt: skip
