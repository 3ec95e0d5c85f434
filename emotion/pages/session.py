"""What a browser session keeps from run to run."""

from collections.abc import Callable

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from emotion.recorder import LessonRecorder


def recorder(model: str) -> LessonRecorder:
    """This session's lesson, read by the network `model`."""
    if "recorder" not in st.session_state:
        st.session_state.recorder = LessonRecorder(model)
    return st.session_state.recorder


def is_open() -> Callable[[], bool]:
    """What tells, on any thread, whether this page's browser is still there."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    session_id = context.session_id
    return lambda: runtime.get_instance().is_active_session(session_id)
