"""A lesson to take away: its report, CSV and JSON."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emotion.card import ModelCard
from emotion.lesson import Lesson
from emotion.lesson_exports import lesson_csv, lesson_json
from emotion.report import lesson_html


def show(lesson: Lesson, card: ModelCard, key: str, name: str = "", row: DeltaGenerator | None = None) -> None:
    """Draw a button for each file in `row` (one of their own, if not given); `name` is theirs without the ending.

    The files are no functions to call: what those make is gone with the next redrawing of any part of the page.
    """
    row = row or st.container(horizontal=True)
    name = name or f"lesson-{lesson.started:%Y-%m-%d-%H%M}"
    for kind, content, ending, mime in (
        ("Report", lesson_html(lesson, card), "html", "text/html"),
        ("CSV", lesson_csv(lesson), "csv", "text/csv"),
        ("JSON", lesson_json(lesson), "json", "application/json"),
    ):
        row.download_button(
            kind,
            content,
            f"{name}.{ending}",
            mime,
            icon=":material/download:",
            on_click="ignore",
            key=f"{key}-{kind}",
        )
