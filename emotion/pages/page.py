"""The one page: title, live, lessons, recording, photo and about tab."""

import logging
from pathlib import Path

import streamlit as st

from emotion.analyzer import load_analyzer
from emotion.memory import leave_out_what_lasts
from emotion.pages import about, documents, entry, lessons, live, notice, photo, recording
from emotion.pages.storage import storage
from emotion.settings import Settings
from emotion.turns import PAGE, stand_back

logger = logging.getLogger(__name__)

ICON = str(Path(__file__).with_name("icon.svg"))
"""Our own file: of `:material/...:` browsers would ask Google for a picture."""

TABS = [
    ":material/videocam: Live",
    ":material/history_edu: Lessons",
    ":material/movie: Recording",
    ":material/photo: Photo",
    ":material/info: About",
]


def show() -> None:
    """Draw the page; called by `app.py` on every run of a session."""
    stand_back(PAGE)
    st.set_page_config(page_title="Class Mood", page_icon=ICON, layout="wide")
    st.title("Class Mood", anchor=False)
    try:
        settings = Settings.from_env()
        with st.spinner("Loading the network..."):
            analyzer = load_analyzer()
            leave_out_what_lasts()
    except (ValueError, OSError) as error:
        logger.exception("the app cannot start")
        st.error(f"The app cannot start: {error}", icon=":material/error:")
        return
    card = analyzer.classifier.card
    entry.show(settings)
    if not notice.accepted(card, settings):
        return
    closed = notice.is_closed(settings)
    if closed:
        st.markdown("Give a **photo** to see the expressions of the faces in it.")
    else:
        st.markdown(
            "Press **START** to see the expressions of all faces in your camera's picture, share the **window** of a "
            "video call, or try a **recording** or a **photo**."
        )
    live_tab, lessons_tab, recording_tab, photo_tab, about_tab = st.tabs(
        TABS, default=TABS[3] if closed else TABS[0], on_change="rerun"
    )
    with live_tab:
        if closed:
            notice.show_closed(settings)
        else:
            live.show(analyzer, settings)
    with lessons_tab:
        if lessons_tab.open:  # a database that hangs holds up nobody who does not look at it
            lessons.show(storage(settings).store, card)
    with recording_tab:
        if closed:
            notice.show_closed(settings)
        else:
            recording.show(analyzer, settings)
    with photo_tab:
        photo.show(analyzer)
    with about_tab:
        about.show(card)
        if about_tab.open:  # long texts, which are sent to nobody who does not look at them
            documents.show()
