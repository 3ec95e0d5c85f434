"""The live tab: the camera's picture with its faces, and beside it what they show together."""

from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit_webrtc import WebRtcStreamerContext, webrtc_streamer

from emotion.analyzer import FaceAnalyzer
from emotion.counters import SILENT_AFTER_S, StreamStatus
from emotion.detector import LIVE, HaarDetector
from emotion.drawing import DrawStyle
from emotion.lasting import LASTS_S
from emotion.live import EmotionVideoTransformer, View
from emotion.mood import in_a_sentence
from emotion.pages import class_view, session
from emotion.pages.charts import expression_bars, in_words
from emotion.settings import Settings
from emotion.stream import StreamAnalyzer
from emotion.tone_alert import ToneAlert

RESOLUTIONS = {"480p": (640, 480), "720p": (1280, 720)}
STYLES = {"Labels": DrawStyle.LABELS, "Boxes": DrawStyle.BOXES, "Off": DrawStyle.OFF}
FRAMES_PER_S = 15
Stream = WebRtcStreamerContext[Any, Any]
REFRESH_S = 1.0
CONNECTING_TOO_LONG_S = 10.0
ASKS_HELP = (
    "Tone is the smile-like share minus the negative-like share. If the last minute differs much from the class's own "
    "five minutes before, a question appears; at most one in five minutes."
)
LASTING_HELP = (
    f"Faces whose negative-like expression has lasted {LASTS_S:.0f} seconds get a number in the picture. The numbers "
    "are anonymous and forgotten with the stream. A face at rest, or one that thinks, often looks negative: ask, do "
    "not judge."
)


def show(analyzer: FaceAnalyzer, settings: Settings) -> None:
    """Draw the tab."""
    st.info(
        "For classes: in the **EU**, inferring emotions of people in schools or at work is forbidden, online too. "
        "Elsewhere, ask everyone first. See *About*.",
        icon=":material/gavel:",
    )
    transformer = _session_transformer(analyzer, settings)
    lesson = session.recorder(analyzer.classifier.card.name)
    transformer.recorder = lesson
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
        asks = st.session_state.get("class-asks", False)
        st.fragment(_show_numbers, run_every=REFRESH_S if busy else None)(transformer, context, asks)
    class_view.show(lesson, analyzer.classifier.card, transformer.now, context.state.playing)


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
    with st.popover("More", icon=":material/tune:"):
        st.toggle("Ask me when the class's tone changes", key="class-asks", help=ASKS_HELP)
        lasting = st.toggle("Number faces that may need a look", key="class-lasting", help=LASTING_HELP)
    return View(STYLES[style or "Labels"], mirrored, lasting)


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


def _show_numbers(transformer: EmotionVideoTransformer, context: Stream, asks: bool = False) -> None:
    """The faces seen now and their mix; redrawn alone, once a second, while the stream plays."""
    status = transformer.status()
    if not context.state.playing:
        _show_waiting(status, connecting=context.state.signalling)
        return
    mood = transformer.timeline.mood(now=transformer.now())
    faces, readable, unsure = st.columns(3)
    faces.metric("Faces now", mood.faces)
    readable.metric("Readable", mood.readable, help="Faces that are large, sharp and light enough to be read.")
    unsure.metric(
        "Unsure",
        f"{mood.unsure / mood.faces:.0%}" if mood.faces else "0%",
        help="Share of the faces whose likeliest expression is not likely enough to be named.",
    )
    _show_class(transformer, asks, status)
    _show_trouble(status)
    if mood.shares:
        first = max(mood.shares, key=mood.shares.__getitem__)
        st.markdown(f"Expressions of the last 3 seconds: mostly **{first.value}** ({mood.shares[first]:.0%})")
        expression_bars(mood.shares, f"Mix of expressions: {in_words(mood.shares)}", key="live-mix")
    elif mood.faces:
        st.markdown("No face can be read: they are too small, too blurred or too dark.")
    elif not status.silent:
        st.markdown("No face found. Look towards the camera, in good light, not too far away.")
    _show_pace(status)


def _show_class(transformer: EmotionVideoTransformer, asks: bool, status: StreamStatus) -> None:
    """The class in a sentence, and what the teacher asked to be told."""
    if transformer.recorder is not None:
        windows, now_s = transformer.recorder.snapshot().windows, transformer.recorder.elapsed_s(transformer.now())
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
        words += f", {pace.frames_per_s:.0f} pictures a second, {delay_ms:.0f} ms from picture in to picture out"
    st.caption(words)


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
