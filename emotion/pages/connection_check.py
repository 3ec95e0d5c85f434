"""The connection check of the live tab: which step between this browser's camera and the app fails, in plain words."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit_webrtc.eventloop import get_global_event_loop

from emotion.pages import ice
from emotion.peer import Answer, Answerer
from emotion.settings import Settings

logger = logging.getLogger(__name__)

KEY = "connection-check"
ANSWER = "connection-answer"
ANSWERED_WITHIN_S = 12.0
HTML = """
<div class="check">
  <div class="row"><button type="button">Check the connection</button>
  <p>Asks for the camera for a moment, sends no picture, and says what is in the way.</p></div>
  <ol hidden></ol>
  <p role="status" aria-live="polite" hidden></p>
</div>
"""
_FOLDER = Path(__file__).parent
_component = st.components.v2.component(
    "connection_check",
    html=HTML,
    css=(_FOLDER / "connection_check.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "connection_check.js").read_text(encoding="utf-8"),
)


@st.fragment
def show(settings: Settings) -> None:
    """Draw the button, and after a press the steps; nothing is asked of the browser before it is pressed."""
    browser_ice, _ = ice.configurations(settings)
    _component(
        key=KEY,
        data={"servers": browser_ice["iceServers"], "answer": st.session_state.get(ANSWER)},
        on_offer_change=lambda: _answer(settings),
    )


def _answer(settings: Settings) -> None:
    """Answer the offer that the browser has just made; runs before the part of the page is drawn again."""
    told: dict[str, Any] = (st.session_state.get(KEY) or {}).get("offer") or {}
    number, offer = told.get("number"), told.get("sdp")
    if not isinstance(number, int | float) or not isinstance(offer, str):
        return
    _, server_ice = ice.configurations(settings)
    coming = asyncio.run_coroutine_threadsafe(
        _answerer().answer(offer, server_ice["iceServers"]), get_global_event_loop()
    )
    try:
        answer = coming.result(ANSWERED_WITHIN_S)
    except TimeoutError:
        coming.cancel()
        answer = Answer(problem="slow")
    except Exception:  # the page tells it as a step that failed
        logger.exception("a connection check could not be answered")
        answer = Answer(problem="error")
    st.session_state[ANSWER] = {
        "number": number,
        "sdp": answer.sdp,
        "relayed": answer.relayed,
        "problem": answer.problem,
    }


@st.cache_resource(show_spinner=False)
def _answerer() -> Answerer:
    """The one of this process, so that all sessions share its bound."""
    return Answerer()
