"""Words of others on a page: titles of teachers, errors of a database, moments of another time zone."""

import contextlib
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

MARKDOWN = frozenset(r"\`*_{}[]()<>#+-.!|~:$")


def plain(words: str) -> str:
    """A teacher's words for a label or a table that reads Markdown: as they were typed."""
    return "".join(f"\\{c}" if c in MARKDOWN else c for c in words)


def told(error: Exception) -> str:
    """An error in words, without the number that `OSError` puts before them."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def sentence(words: str) -> str:
    """The words with a capital at the beginning."""
    return words[:1].upper() + words[1:]


def local_time(moment: datetime) -> str:
    """A moment by the clock of whoever looks at the page: "2 November 2026, 09:05"; in UTC where that is unknown."""
    with contextlib.suppress(ZoneInfoNotFoundError, ValueError):
        moment = moment.astimezone(ZoneInfo(st.context.timezone or "UTC"))
    return f"{moment.day} {moment:%B %Y, %H:%M}"
