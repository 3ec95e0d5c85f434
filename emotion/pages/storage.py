"""Where a page keeps lessons: opened once per process, shared by all sessions."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from emotion.settings import Settings
from emotion.store import DraftKeeper, LessonSaver, LessonStore


@dataclass(frozen=True, slots=True)
class Storage:
    """Saved lessons, the thread that saves them, and drafts of those that are not."""

    store: LessonStore
    saver: LessonSaver
    drafts: DraftKeeper


def storage(settings: Settings) -> Storage:
    """The storage that the operator chose; opening it costs nothing, no file is made and nobody is asked.

    Raises:
        ValueError: an address that cannot be read.
    """
    return _open(settings.store_url(), settings.drafts_folder())


@st.cache_resource(show_spinner=False)
def _open(url: str, drafts_folder: Path | None) -> Storage:
    store = LessonStore(url)
    return Storage(store, LessonSaver(store), DraftKeeper(drafts_folder))
