"""A lesson's values as rows of the tables, and back."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from emotion.labels import EMOTIONS, UNSURE
from emotion.lesson import Lesson, Marker, Window

LONGEST_TITLE = 200
UNTITLED = "Lesson"


def clean_title(title: str) -> str:
    """Words on one line, without what no database takes (NUL, halves of characters); "Lesson" for none.

    Raises:
        ValueError: more than `LONGEST_TITLE` characters.
    """
    words = _printable(title) or UNTITLED
    if len(words) > LONGEST_TITLE:
        raise ValueError(f"a title has at most {LONGEST_TITLE} characters, this one has {len(words)}")
    return words


def _printable(text: str) -> str:
    return " ".join("".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in text).split())


def folded(text: str) -> str:
    """For comparing: upper and lower case, and letters composed in two ways, are the same."""
    return unicodedata.normalize("NFKC", text).casefold()


def header_row(lesson_id: str, lesson: Lesson) -> dict[str, Any]:
    """The row of `lessons`.

    Raises:
        ValueError: a title that is too long, or a time without its zone.
    """
    for moment in (lesson.started, lesson.ended):
        if moment is not None and moment.tzinfo is None:
            raise ValueError(f"a lesson's times must know their zone, got {moment!r}")
    title = clean_title(lesson.title)
    return {
        "id": lesson_id,
        "title": title,
        "title_folded": folded(title),
        "started": lesson.started,
        "ended": lesson.ended,
        "source": lesson.source,
        "model": lesson.model,
    }


def window_rows(lesson_id: str, lesson: Lesson) -> list[dict[str, Any]]:
    """The rows of `windows`."""
    return [
        {
            "lesson_id": lesson_id,
            "start_s": window.start_s,
            **dict(zip((e.value for e in EMOTIONS), window.shares or (None,) * len(EMOTIONS), strict=True)),
            UNSURE: window.unsure,
            "faces_seen": window.faces_seen,
            "faces_readable": window.faces_readable,
            "model": window.model or lesson.model,
        }
        for window in lesson.windows
    ]


def marker_rows(lesson_id: str, lesson: Lesson) -> list[dict[str, Any]]:
    """The rows of `markers`."""
    return [
        {"lesson_id": lesson_id, "number": number, "at_s": marker.at_s, "text": _printable(marker.text)}
        for number, marker in enumerate(lesson.markers)
    ]


def lesson_of(header: Row[Any], windows: Sequence[Row[Any]], markers: Sequence[Row[Any]]) -> Lesson:
    """The lesson that these rows hold; its times are in UTC."""
    return Lesson(
        header.title,
        header.started,
        header.ended,
        header.source,
        header.model,
        tuple(_window(row) for row in windows),
        tuple(Marker(row.at_s, row.text) for row in markers),
    )


def _window(row: Row[Any]) -> Window:
    values = row._mapping
    shares = tuple(values[e.value] for e in EMOTIONS)
    given = () if None in shares else shares
    return Window(row.start_s, given, values[UNSURE], row.faces_seen, row.faces_readable, row.model)
