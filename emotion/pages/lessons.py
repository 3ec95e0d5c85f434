"""The lessons tab: find saved lessons, open one, compare up to four, rename, delete, take away."""

from collections.abc import Callable

import streamlit as st

from emotion.card import ModelCard
from emotion.lesson import Lesson
from emotion.pages import lesson_comparison, lesson_files, timeline_chart
from emotion.pages.words import local_time, plain, told
from emotion.series import clock, points
from emotion.store import LessonStore, Summary
from emotion.store.rows import LONGEST_TITLE

PAGE_SIZE = 10
MOST_COMPARED = 4
CHOSEN = "lessons-chosen"
"""Key of `st.session_state`: ids of the lessons that are open, in the order in which they were chosen."""


REFUSED = "lessons-refused"
"""Key of `st.session_state`: why the last change could not be made."""


def show(store: LessonStore, card: ModelCard) -> None:
    """Draw the tab; what is pressed in it draws the tab alone."""
    st.fragment(_show)(store, card)


def _show(store: LessonStore, card: ModelCard) -> None:
    words = st.text_input(
        "Search titles", key="lessons-words", placeholder="All lessons", icon=":material/search:", max_chars=100
    )
    refused = st.session_state.pop(REFUSED, "")
    if refused:
        st.error(f"Nothing was changed: {refused}.", icon=":material/error:")
    chosen: list[str] = st.session_state.setdefault(CHOSEN, [])
    try:
        found, total = _find(store, words or "")
        opened = _open(store, chosen)
    except (OSError, ValueError) as error:
        _say(error)
        return
    if not total:
        st.markdown(f"No saved lesson's title has “{words}” in it." if words else "No lesson is saved yet.")
    else:
        st.caption(
            f"{total} lesson{'s' * (total != 1)}. Tick one to open it, up to {MOST_COMPARED} to compare them. Everyone "
            "who can open this page sees them."
        )
    for summary in found:
        _show_row(store, summary, chosen)
    _show_opened(opened, card)


def _find(store: LessonStore, words: str) -> tuple[list[Summary], int]:
    """The chosen page of the list; the choice stands below it and only where there are several."""
    first, total = store.search(words, 0, PAGE_SIZE)
    if total <= PAGE_SIZE:
        return first, total
    page = st.pagination(-(-total // PAGE_SIZE), key=f"lessons-page-{words}")
    return (first if page == 1 else store.search(words, page - 1, PAGE_SIZE)[0]), total


def _open(store: LessonStore, chosen: list[str]) -> list[Lesson]:
    """The chosen lessons; one that somebody deleted meanwhile is chosen no longer."""
    opened = []
    for lesson_id in [*chosen]:
        try:
            opened.append(store.get(lesson_id))
        except LookupError:
            chosen.remove(lesson_id)
    return opened


def _say(error: Exception) -> None:
    st.warning(
        f"Saved lessons cannot be shown: {told(error)}. Everything else on this page goes on.",
        icon=":material/cloud_off:",
    )
    st.button("Try again", key="lessons-again", icon=":material/refresh:")


def _show_row(store: LessonStore, summary: Summary, chosen: list[str]) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"lesson-{summary.id}"):
        key = f"lessons-choose-{summary.id}"
        st.session_state[key] = summary.id in chosen  # one that a search hid has forgotten its tick
        st.checkbox(
            plain(summary.title),
            key=key,
            disabled=summary.id not in chosen and len(chosen) >= MOST_COMPARED,
            on_change=_toggle,
            args=(summary.id,),
            width="stretch",
        )
        st.caption(f"{local_time(summary.started)} · {clock(summary.length_s)} · {summary.source}", width="content")
        title_key = f"lessons-title-{summary.id}"
        with st.popover("Rename", icon=":material/edit:"), st.form(f"lessons-rename-{summary.id}", border=False):
            st.text_input("Title", summary.title, max_chars=LONGEST_TITLE, key=title_key)
            st.form_submit_button(
                "Rename",
                on_click=_change,
                args=(lambda: store.rename(summary.id, st.session_state[title_key] or ""),),
            )
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown("Delete this lesson with all its numbers and markers? This cannot be undone.")
            st.button(
                "Delete for good",
                type="primary",
                key=f"lessons-delete-{summary.id}",
                on_click=_change,
                args=(lambda: store.delete(summary.id),),
            )


def _toggle(lesson_id: str) -> None:
    chosen: list[str] = st.session_state[CHOSEN]
    if lesson_id in chosen:
        chosen.remove(lesson_id)
    elif len(chosen) < MOST_COMPARED:
        chosen.append(lesson_id)


def _change(how: Callable[[], None]) -> None:
    """Rename or delete before the tab is drawn anew, which says why not."""
    try:
        how()
    except LookupError:
        pass  # somebody else deleted it; the list says so
    except (OSError, ValueError) as error:
        st.session_state[REFUSED] = told(error)


def _show_opened(opened: list[Lesson], card: ModelCard) -> None:
    if len(opened) > 1:
        lesson_comparison.show(opened)
    for number, lesson in enumerate(opened):
        if len(opened) == 1:
            _show_one(lesson)
        _show_downloads(lesson, card, number, len(opened))


def _show_one(lesson: Lesson) -> None:
    st.subheader(plain(lesson.title), anchor=False)
    found = points(lesson.windows)
    if not found:
        st.markdown("No picture was counted in this lesson.")
        return
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    in_groups, one = timeline_chart.choose(row, "lessons")
    found = points(lesson.windows, in_groups=in_groups)
    timeline_chart.show(found, lesson.markers, in_groups, one, (0.0, found[-1].end_s), key="lessons")
    lesson_comparison.show_parts([lesson])


def _show_downloads(lesson: Lesson, card: ModelCard, number: int, of: int) -> None:
    """Report, CSV and JSON."""
    row = st.container(horizontal=True, vertical_alignment="center")
    if of > 1:
        row.markdown(f"**{lesson_comparison.LETTERS[number]}**")
    lesson_files.show(lesson, card, f"lessons-{number}", row=row)
