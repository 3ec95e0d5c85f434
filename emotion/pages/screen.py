"""The shared window in the live tab: the browser's part of it, and this session's source."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from emotion.analyzer import FaceAnalyzer
from emotion.detector import LIVE, HaarDetector
from emotion.drawing import DrawStyle
from emotion.labels import COLOURS, EMOTIONS, UNSURE
from emotion.markers import OUTLINES
from emotion.plates import ink_on, rgb
from emotion.screen import TOKENS, ScreenSource
from emotion.settings import Settings
from emotion.stream import StreamAnalyzer

RATES = (1, 2, 5, 10)
KEY = "screen-share"
HTML = """
<div class="share">
  <div class="frame" hidden><video muted playsinline></video><canvas role="img"></canvas></div>
  <div class="row"><button type="button">Share a window</button><p role="status" aria-live="polite"></p></div>
</div>
"""
_FOLDER = Path(__file__).parent
_component = st.components.v2.component(
    "shared_window",
    html=HTML,
    css=(_FOLDER / "screen_share.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "screen_share.js").read_text(encoding="utf-8"),
)


def choose_rate() -> int:
    """Pictures a second that the browser sends."""
    rate = st.segmented_control(
        "Pictures a second",
        RATES,
        default=2,
        required=True,
        key="screen-rate",
        help="2 suit a class. More follow short expressions and need a faster connection.",
    )
    return rate or 2


def source(analyzer: FaceAnalyzer, settings: Settings) -> ScreenSource:
    """This session's shared window; it outlives reruns, because the route holds on to it."""
    if "screen" not in st.session_state:
        detector = HaarDetector(replace(LIVE, smallest_px=settings.smallest_face_px))
        st.session_state.screen = ScreenSource(StreamAnalyzer(analyzer.classifier, detector))
    return st.session_state.screen


def show(screen: ScreenSource, rate: int, style: DrawStyle) -> bool:
    """Draw the button and the preview; whether a window is shared now."""
    before = st.session_state.get(KEY) or {}
    result = _component(
        key=KEY,
        data={
            "token": TOKENS.token(screen),
            "rate": rate,
            "style": str(style),
            "looks": looks(),
            "sharing": bool(before.get("sharing")),
        },
        default={"sharing": False},
        on_sharing_change=screen.restart,
        on_lost_change=lambda: None,
    )
    return bool(result.sharing)


def keep(screen: ScreenSource) -> None:
    """Tell that the page is still open; called as often as its numbers are drawn."""
    TOKENS.token(screen)


def looks() -> dict[str, dict[str, Any]]:
    """Colour, ink and shape of each expression, as in `emotion.drawing`; a hollow circle for unsure."""
    known: dict[str, dict[str, Any]] = {
        e.value: {"colour": COLOURS[e], "ink": _hexadecimal(ink_on(rgb(COLOURS[e]))), "outline": OUTLINES[e]}
        for e in EMOTIONS
    }
    return {**known, UNSURE: {"colour": "#FFFFFF", "ink": "#FFFFFF", "outline": None}}


def _hexadecimal(colour: tuple[int, int, int]) -> str:
    return "#" + bytes(colour).hex()
