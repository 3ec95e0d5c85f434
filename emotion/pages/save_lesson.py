"""Below a lesson: save it under a title, how far that is, and what can be recovered after a crash."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from emotion.lesson import Lesson
from emotion.pages.storage import Storage
from emotion.pages.words import local_time, sentence
from emotion.series import clock
from emotion.store import DraftKeeper, Saving
from emotion.store.keeping import LessonKeeping
from emotion.store.rows import LONGEST_TITLE

REFRESH_S = 5.0
PARAMETER = "lesson"
"""Of the page's address: the random key under which its draft is found when the page is loaded again.

A key belongs to one tab, reaches no other user, needs no cookie, and lives as long as the tab's history; only who is
given the address has it too, and while the page is open not even they are offered the draft.
"""
MOST_KEYS = 5
LIVE = "class"
REFUSED = "save-refused"
"""Key of `st.session_state`: why the last press did not save."""
DRAFT_HELP = (
    "Until you save, a draft of the numbers (no picture, nothing of one person) is kept on the server so that a crash "
    "of browser or server costs nothing: loading this page again offers it. Saving or erasing removes the draft, and a "
    "day does. The end of this page's address is the key to it: do not pass it on before you have saved."
)


def show(snapshot: Callable[[], Lesson], storage: Storage, playing: bool = False, key: str = LIVE) -> None:
    """Draw the section for the lesson that `snapshot` gives, which is looked at every few seconds.

    `playing` is whether it may grow; `key` tells the lessons of one session apart, and drafts are kept and offered
    where it is `LIVE`.
    """
    keeping = _session(storage, key)
    watched = playing or bool(snapshot().windows) or bool(keeping.keys) or bool(_foreign_keys(keeping))
    st.fragment(_show, run_every=REFRESH_S if watched else None)(snapshot, storage, keeping, key)


def catch_up(snapshot: Callable[[], Lesson], storage: Storage) -> None:
    """Look at the live lesson at once: it ended, or will be erased, before the section looks again."""
    _session(storage, LIVE).follow(snapshot())


def _session(storage: Storage, key: str) -> LessonKeeping:
    name = f"{key}-keeping"
    if name not in st.session_state:
        # A draft is found again by the address, which names the drafts of live lessons only.
        drafts = storage.drafts if key == LIVE else DraftKeeper(None)
        st.session_state[name] = LessonKeeping(storage.saver, drafts)
    return st.session_state[name]


def _recovered() -> dict[str, tuple[Lesson, LessonKeeping]]:
    """By the key of their draft, the lessons that this session recovered."""
    return st.session_state.setdefault("recovered-lessons", {})


def _show(snapshot: Callable[[], Lesson], storage: Storage, keeping: LessonKeeping, key: str) -> None:
    lesson = snapshot()
    keeping.follow(lesson)
    if key == LIVE:
        _show_offers(storage, keeping)
        for name, (recovered, its_keeping) in [*_recovered().items()]:
            its_keeping.follow(recovered)
            _show_recovered(name, recovered, its_keeping)
        _note_keys(keeping)
    if lesson.windows:
        _show_form(lesson, keeping, key, storage.drafts.keeps and key == LIVE)


def _show_form(lesson: Lesson, keeping: LessonKeeping, key: str, drafts: bool) -> None:
    """Title and button, and below them how far the lesson is saved."""
    usual = f"Lesson of {local_time(lesson.started)}"
    title_key = f"{key}-title-{lesson.started.isoformat()}"
    with st.form(f"{key}-save", border=False):
        row = st.container(horizontal=True, vertical_alignment="bottom")
        row.text_input("Title", lesson.title, max_chars=LONGEST_TITLE, placeholder=usual, key=title_key, width=320)
        row.form_submit_button(
            "Change title" if keeping.asked and not keeping.saving.deleted else "Save lesson",
            icon=":material/save:",
            help=DRAFT_HELP if drafts else None,
            on_click=_save,
            args=(keeping, title_key, usual),
        )
    refused = st.session_state.pop(REFUSED, "")
    if refused:
        st.error(f"Not saved: {refused}.", icon=":material/error:")
    _show_state(keeping.asked, keeping.saving, lesson, drafts)
    if keeping.trouble:
        st.warning(
            f"No draft could be kept ({keeping.trouble}): a crash would lose this lesson. Save it, or take its "
            "numbers away as CSV.",
            icon=":material/error:",
        )


def _save(keeping: LessonKeeping, title_key: str, usual: str) -> None:
    try:
        keeping.save(st.session_state[title_key] or usual)
    except ValueError as error:
        st.session_state[REFUSED] = str(error)


def _show_state(asked: bool, saving: Saving, lesson: Lesson, drafts: bool) -> None:
    if not asked:
        draft = (
            " Until then a draft of its numbers is kept for a day at most, to recover after a crash." if drafts else ""
        )
        st.caption(f"Not saved: only you decide that.{draft}")
    elif saving.deleted:
        st.caption(":material/delete: Deleted from the saved lessons; what comes is not saved.")
    elif saving.trouble:
        st.warning(
            f"{sentence(saving.trouble)}; your lesson is kept in memory and will be saved as soon as that is over. "
            "You can go on.",
            icon=":material/cloud_off:",
        )
    elif saving.saved is None:
        st.caption(":material/hourglass: Saving...")
    elif lesson.ended is None:
        upto = clock(saving.saved.length_s)
        st.caption(f":material/check: Saved up to {upto}; what comes is saved every minute, and at the end.")
    else:
        st.caption(":material/check: Saved. It is under *Lessons*.")


def _show_offers(storage: Storage, keeping: LessonKeeping) -> None:
    """For each key in the page's address that has a draft: recover it or not."""
    for name in _foreign_keys(keeping):
        draft = storage.drafts.find(name)
        if draft is None or not draft.windows:
            continue
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"offer-{_short(name)}"):
            began = local_time(draft.started).rpartition(" ")[2]
            st.markdown(
                f":material/restore: Recover the lesson of **{began}** ({_minutes(draft)})? It was not saved.",
                width="stretch",
            )
            arguments: Any = (name, draft, storage)
            st.button("Recover", type="primary", key=f"recover-{_short(name)}", on_click=_recover, args=arguments)
            with st.popover("Discard"):
                st.markdown("Forget its numbers and markers? This cannot be undone.")
                st.button(
                    "Discard for good", key=f"discard-{_short(name)}", on_click=storage.drafts.discard, args=(name,)
                )


def _recover(name: str, draft: Lesson, storage: Storage) -> None:
    _recovered()[name] = draft, LessonKeeping(storage.saver, storage.drafts, name, draft)


def _forget(name: str) -> None:
    _, keeping = _recovered().pop(name)
    keeping.discard()


def _show_recovered(name: str, lesson: Lesson, keeping: LessonKeeping) -> None:
    with st.container(border=True, key=f"recovered-{_short(name)}"):
        row = st.container(horizontal=True, vertical_alignment="center")
        row.markdown(f"**Recovered**: {local_time(lesson.started)}, {_minutes(lesson)}", width="stretch")
        if not keeping.asked:
            with row.popover("Discard"):
                st.markdown("Forget its numbers and markers? This cannot be undone.")
                st.button("Discard for good", key=f"forget-{_short(name)}", on_click=_forget, args=(name,))
        _show_form(lesson, keeping, f"recovered-{_short(name)}", drafts=True)


def _short(name: str) -> str:
    """For keys of widgets, which tests and styles see."""
    return name[:6]


def _minutes(lesson: Lesson) -> str:
    minutes = round(lesson.length_s / 60)
    return "less than a minute" if not minutes else f"{minutes} minute{'s' * (minutes != 1)}"


def _foreign_keys(keeping: LessonKeeping) -> list[str]:
    """Keys in the page's address that no lesson of this session has."""
    return [k for k in st.query_params.get_all(PARAMETER) if k not in keeping.keys and k not in _recovered()]


def _note_keys(keeping: LessonKeeping) -> None:
    """Put the keys of this session's drafts into the page's address, beside those that are still to be answered."""
    recovered = [key for key, (_, its_keeping) in _recovered().items() if its_keeping.keys]
    mine = [*recovered, *keeping.keys]
    wanted = [*_foreign_keys(keeping), *mine][-MOST_KEYS:]
    if wanted != st.query_params.get_all(PARAMETER):
        st.query_params[PARAMETER] = wanted
