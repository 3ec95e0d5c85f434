"""The numbers beside the live picture: how many faces, what they show, and what is wrong if something is."""

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit_webrtc import WebRtcStreamerContext

from emotion.counters import SILENT_AFTER_S, StreamStatus
from emotion.mood import in_a_sentence
from emotion.pages import screen
from emotion.pages.charts import expression_bars, in_words
from emotion.screen import ScreenSource
from emotion.sources import PictureSource
from emotion.tone_alert import ToneAlert

CONNECTING_TOO_LONG_S = 10.0
BEGIN = {
    "screen": "Press **Share a window** and choose the window of your video call.",
    "room": "Press **Start** to look through the classroom camera.",
}
"""By a source's name, before its first picture."""
NO_FACE = {
    "camera": "Look towards the camera, in good light, not too far away.",
    "screen": "Faces need about 40 pixels: make the window larger, or show fewer people at once.",
    "room": "Faces need about 40 pixels and good light.",
}
SILENT = {
    "screen": "Is the shared window minimised, or this computer asleep?",
    "room": "The camera may be switched off or out of reach.",
}
Stream = WebRtcStreamerContext[Any, Any]


@dataclass(frozen=True, slots=True)
class Steady:
    """What the page knows of a source that is no WebRTC stream, in the same words."""

    playing: bool
    signalling: bool = False

    @property
    def state(self) -> "Steady":
        return self


def show(source: PictureSource, stream: Stream | Steady, asks: bool = False) -> None:
    """The faces seen now and their mix; redrawn alone, once a second, while the stream plays."""
    if isinstance(source, ScreenSource):
        screen.keep(source)
    status = source.status()
    if not stream.state.playing:
        _show_waiting(source.name, status, connecting=stream.state.signalling)
        return
    mood = source.timeline.mood(now=source.now())
    faces, readable, unsure = st.columns(3)
    faces.metric("Faces now", mood.faces)
    readable.metric("Readable", mood.readable, help="Faces that are large, sharp and light enough to be read.")
    unsure.metric(
        "Unsure",
        f"{mood.unsure / mood.faces:.0%}" if mood.faces else "0%",
        help="Share of the faces that cannot be read, or whose likeliest expression is not likely enough to be named.",
    )
    _show_class(source, asks, status)
    _show_trouble(source.name, status)
    if mood.shares:
        first = max(mood.shares, key=mood.shares.__getitem__)
        most = "mostly" if mood.shares[first] >= 0.5 else "most often"
        st.markdown(f"Expressions of the last 3 seconds: {most} **{first.value}** ({mood.shares[first]:.0%})")
        expression_bars(mood.shares, f"Mix of expressions: {in_words(mood.shares)}", key="live-mix")
    elif mood.faces:
        st.markdown("No face can be read: they are too small, too blurred or too dark.")
    elif not status.silent:
        st.markdown(f"No face found. {NO_FACE[source.name]}")
    _show_pace(status)


def _show_class(source: PictureSource, asks: bool, status: StreamStatus) -> None:
    """The class in a sentence, and what the teacher asked to be told."""
    if source.recorder is not None:
        windows, now_s = source.recorder.snapshot().windows, source.recorder.elapsed_s(source.now())
        sentence = in_a_sentence(windows, now_s)
        if sentence:
            st.markdown(f"##### {sentence}")
        alert: ToneAlert = st.session_state.setdefault("tone-alert", ToneAlert())
        question = alert.question(windows, now_s) if asks else ""
        if question:
            st.info(question, icon=":material/help:")
    if status.lasting:
        told = ", ".join(map(str, sorted(status.lasting)))
        st.markdown(f":material/visibility: May need a look: {told}")


def _show_pace(status: StreamStatus) -> None:
    """How much, how fast and how late, in a small line."""
    pace = status.pace
    words = f"{status.frames:,} frames analysed"
    if pace.frames_per_s is not None and pace.delay_s is not None:
        delay_ms = 1000 * pace.delay_s
        words += f", {pace.frames_per_s:.0f} a second, {delay_ms:.0f} ms from picture in to picture out"
    if status.size is not None:
        words += f", {status.size[0]} × {status.size[1]} pixels"
    st.caption(words)


def _show_waiting(name: str, status: StreamStatus, connecting: bool) -> None:
    if name in BEGIN:
        st.markdown(f"{BEGIN[name]} The numbers appear here.")
    elif not connecting:
        st.markdown("Press **START** and allow the camera. The numbers appear here.")
        st.caption(
            "“Permission denied”: allow the camera for this page in the browser's address bar, then press START again. "
            "“Could not start”: another program may be using it."
        )
    elif status.age_s < CONNECTING_TOO_LONG_S:
        st.markdown("Connecting...")
    else:
        st.warning(
            "Still no connection after 10 s. Networks of schools and firms often block direct video: whoever runs "
            "this app can set a TURN server (`TURN_URL`, see the README).",
            icon=":material/cloud_off:",
        )


def _show_trouble(name: str, status: StreamStatus) -> None:
    """Say what is wrong with a playing stream, if anything is."""
    if status.silent and name in SILENT:
        st.warning(f"No picture for {SILENT_AFTER_S:.0f} seconds. {SILENT[name]}", icon=":material/videocam_off:")
    elif status.silent:
        st.warning(
            f"No frame for {SILENT_AFTER_S:.0f} seconds. Is the camera allowed for this page and free (no other "
            "program uses it)? Does the address begin with https:// or http://localhost? If both are so, the "
            "network may block video and a TURN server is needed (see the README). Press STOP and START to try again.",
            icon=":material/videocam_off:",
        )
    if status.reduced and name == "camera" and status.size is not None and status.largest is not None:
        st.warning(
            f"Your browser now sends {status.size[0]} × {status.size[1]} pixels instead of {status.largest[0]} × "
            f"{status.largest[1]}, so that small faces are lost: its processor or the network is short. Close other "
            "programs and tabs, or choose 480p for few faces; then press STOP and START.",
            icon=":material/photo_size_select_small:",
        )
    if status.failures:
        st.warning(
            f"{status.failures} frame{'s' * (status.failures != 1)} could not be analysed and passed through undrawn "
            f"(last: {status.last_failure}).",
            icon=":material/error:",
        )
