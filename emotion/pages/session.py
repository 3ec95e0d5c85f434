"""What a browser session keeps from run to run."""

import streamlit as st

from emotion.recorder import LessonRecorder


def recorder(model: str) -> LessonRecorder:
    """This session's lesson, read by the network `model`."""
    if "recorder" not in st.session_state:
        st.session_state.recorder = LessonRecorder(model)
    return st.session_state.recorder
