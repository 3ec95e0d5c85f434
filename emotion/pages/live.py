"""The live tab: the camera's picture with its faces, and beside it what they show together."""

from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit_webrtc import WebRtcStreamerContext, webrtc_streamer

from emotion.analyzer import FaceAnalyzer
from emotion.detector import LIVE, HaarDetector
from emotion.drawing import DrawStyle
from emotion.live import SILENT_AFTER_S, EmotionVideoTransformer, StreamStatus, View
from emotion.pages.charts import expression_bars, in_words
from emotion.settings import Settings
from emotion.stream import StreamAnalyzer

RESOLUTIONS = {"480p": (640, 480), "720p": (1280, 720)}
STYLES = {"Labels": DrawStyle.LABELS, "Boxes": DrawStyle.BOXES, "Off": DrawStyle.OFF}
FRAMES_PER_S = 15
Stream = WebRtcStreamerContext[Any, Any]
REFRESH_S = 1.0
CONNECTING_TOO_LONG_S = 10.0


def show(analyzer: FaceAnalyzer, settings: Settings) -> None:
    """Draw the tab."""
    st.info(
        "For classes: in the **EU**, inferring emotions of people in schools or at work is forbidden, online too. "
        "Elsewhere, ask everyone first. See *About*.",
        icon=":material/gavel:",
    )
    transformer = _session_transformer(analyzer, settings)
    picture, numbers = st.columns([3, 2], gap="large")
    with picture:
        stream = st.container()  # above the choice of resolution on the page, though it needs its answer
        resolution = st.segmented_control(
            "Resolution",
            [*RESOLUTIONS],
            default="480p",
            required=True,
            key="resolution",
            help="480p suits one or a few faces; take 720p for a room. Changes take effect at the next START.",
        )
        transformer.view = _choose_view()
        st.caption(":material/lock: Pictures are read in memory and forgotten; nothing is stored.")
    with stream:
        context = webrtc_streamer(
            key="camera",
            video_frame_callback=transformer.recv,
            media_stream_constraints=_constraints(*RESOLUTIONS[resolution or "480p"]),
            frontend_rtc_configuration=settings.browser_ice(),
            server_rtc_configuration=settings.server_ice(),
            on_change=transformer.restart,
            media_toggle_controls=False,
            video_html_attrs={"autoPlay": True, "muted": True, "playsInline": True, "style": {"width": "100%"}},
            translations={"select_device": "Choose camera"},
        )
    with numbers:
        busy = context.state.playing or context.state.signalling
        st.fragment(_show_numbers, run_every=REFRESH_S if busy else None)(transformer, context)


def _choose_view() -> View:
    """How the picture is shown; takes effect at once."""
    drawn, mirror = st.columns([2, 1], vertical_alignment="bottom")
    style = drawn.segmented_control(
        "Draw",
        [*STYLES],
        default="Labels",
        required=True,
        key="style",
        help="What is drawn on the picture. The numbers beside it stay the same.",
    )
    mirrored = mirror.toggle("Mirror", key="mirrored", help="Shows your own camera as a mirror does.")
    return View(STYLES[style or "Labels"], mirrored)


def _session_transformer(analyzer: FaceAnalyzer, settings: Settings) -> EmotionVideoTransformer:
    """This session's transformer; it outlives reruns, because the stream's thread holds on to it."""
    if "transformer" not in st.session_state:
        detector = HaarDetector(replace(LIVE, smallest_px=settings.smallest_face_px))
        st.session_state.transformer = EmotionVideoTransformer(StreamAnalyzer(analyzer.classifier, detector))
    return st.session_state.transformer


def _constraints(width: int, height: int) -> dict[str, object]:
    """What to ask of the camera; without `audio: False` browsers would ask for the microphone too."""
    return {
        "video": {
            "width": {"ideal": width},
            "height": {"ideal": height},
            "frameRate": {"ideal": FRAMES_PER_S, "max": 30},
        },
        "audio": False,
    }


def _show_numbers(transformer: EmotionVideoTransformer, context: Stream) -> None:
    """The faces seen now and their mix; redrawn alone, once a second, while the stream plays."""
    status = transformer.status()
    if not context.state.playing:
        _show_waiting(status, connecting=context.state.signalling)
        return
    mood = transformer.timeline.mood(now=transformer.now())
    faces, readable, frames = st.columns(3)
    faces.metric("Faces now", mood.faces)
    readable.metric("Unsure", mood.unsure, help="Faces whose likeliest expression is not likely enough to be named.")
    frames.metric("Frames analysed", status.frames)
    _show_pace(status)
    _show_trouble(status)
    if mood.shares:
        first = max(mood.shares, key=mood.shares.__getitem__)
        st.markdown(f"Expressions of the last 3 seconds: mostly **{first.value}** ({mood.shares[first]:.0%})")
        expression_bars(mood.shares, f"Mix of expressions: {in_words(mood.shares)}", key="live-mix")
    elif not status.silent:
        st.markdown("No face found. Look towards the camera, in good light, not too far away.")


def _show_pace(status: StreamStatus) -> None:
    """How fast and how late, in a small line."""
    pace = status.pace
    if pace.frames_per_s is not None and pace.delay_s is not None:
        delay_ms = 1000 * pace.delay_s
        st.caption(f"{pace.frames_per_s:.0f} pictures a second, {delay_ms:.0f} ms from picture in to picture out")


def _show_waiting(status: StreamStatus, connecting: bool) -> None:
    if not connecting:
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


def _show_trouble(status: StreamStatus) -> None:
    """Say what is wrong with a playing stream, if anything is."""
    if status.silent:
        st.warning(
            f"No frame for {SILENT_AFTER_S:.0f} seconds. Is the camera allowed for this page and free (no other "
            "program uses it)? Does the address begin with https:// or http://localhost? If both are so, the "
            "network may block video and a TURN server is needed (see the README). Press STOP and START to try again.",
            icon=":material/videocam_off:",
        )
    if status.failures:
        st.warning(
            f"{status.failures} frame{'s' * (status.failures != 1)} could not be analysed and passed through undrawn "
            f"(last: {status.last_failure}).",
            icon=":material/error:",
        )
