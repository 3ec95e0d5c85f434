"""The live tab: a camera's or a window's picture with its faces, and beside it what they show together."""

from dataclasses import replace

import streamlit as st
from streamlit_webrtc import webrtc_streamer

from emotion.analyzer import FaceAnalyzer
from emotion.detector import LIVE, HaarDetector
from emotion.drawing import DrawStyle
from emotion.lasting import LASTS_S
from emotion.live import EmotionVideoTransformer, View
from emotion.pages import bitrate, class_view, connection_check, ice, numbers, room, save_lesson, screen, session
from emotion.pages.consent import wait_longer
from emotion.pages.newest import keep_newest_only
from emotion.pages.numbers import Steady, Stream
from emotion.pages.storage import storage
from emotion.recorder import LessonRecorder, LessonState
from emotion.settings import Settings
from emotion.sources import PictureSource
from emotion.stream import StreamAnalyzer

RESOLUTIONS = {"480p": (640, 480), "720p": (1280, 720)}
STYLES = {"Labels": DrawStyle.LABELS, "Boxes": DrawStyle.BOXES, "Off": DrawStyle.OFF}
FRAMES_PER_S = 15
CAMERA, WINDOW, ROOM = "Camera", "Shared window", "Classroom camera"
SOURCE_HELP = (
    "Camera: this computer's own. Shared window: another window of this computer, as that of a video call. A lesson "
    "goes on over a change. Recordings have a tab of their own."
)
REFRESH_S = 1.0
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
    lesson = session.recorder(analyzer.classifier.card.name)
    picture, beside = st.columns([3, 2], gap="large")
    with picture:
        source, stream = _show_source(analyzer, settings)
        st.caption(":material/lock: Pictures are read in memory and forgotten; none is stored.")
        if isinstance(source, EmotionVideoTransformer):  # the other sources need neither camera nor WebRTC
            with st.expander("The camera does not start?", icon=":material/network_check:"):
                connection_check.show(settings)
    _record(source, lesson)
    with beside:
        busy = stream.state.playing or stream.state.signalling
        asks = st.session_state.get("class-asks", False)
        st.fragment(numbers.show, run_every=REFRESH_S if busy else None)(source, stream, asks)
    kept = storage(settings)

    def changed() -> None:
        save_lesson.catch_up(lesson.snapshot, kept)

    class_view.show(lesson, analyzer.classifier.card, source.now, stream.state.playing, changed)
    save_lesson.show(lesson.snapshot, kept, stream.state.playing)


def _show_source(analyzer: FaceAnalyzer, settings: Settings) -> tuple[PictureSource, Stream | Steady]:
    """The choice of the source, its picture, and how it is shown."""
    offered = [CAMERA, WINDOW, *([ROOM] if settings.camera_url else [])]
    chosen = st.segmented_control("Source", offered, default=CAMERA, required=True, key="source", help=SOURCE_HELP)
    above = st.container()  # the picture stands above the choices, though it needs their answers
    if chosen != ROOM and settings.camera_url:
        room.put_away(analyzer, settings)
    if chosen == WINDOW:
        rate, view = screen.choose_rate(), _choose_view(mirror=False)
        window = screen.source(analyzer, settings)
        window.lasting = view.lasting
        with above:
            return window, Steady(screen.show(window, rate, view.style))
    if chosen == ROOM:
        view = _choose_view(mirror=False)
        watched = room.source()
        watched.lasting = view.lasting
        with above:
            return watched, Steady(room.show(watched, analyzer, settings, view))
    transformer = _session_transformer(analyzer, settings)
    resolution = st.segmented_control(
        "Resolution",
        [*RESOLUTIONS],
        default="480p",
        required=True,
        key="resolution",
        help="480p suits one or a few faces; take 720p for a room. Changes take effect at the next START.",
    )
    transformer.view = _choose_view()
    browser_ice, server_ice = ice.configurations(settings)
    bitrate.allow_sharp_pictures()
    wait_longer()
    keep_newest_only()
    with above:
        return transformer, webrtc_streamer(
            key="camera",
            video_frame_callback=transformer.recv,
            media_stream_constraints=_constraints(*RESOLUTIONS[resolution or "480p"]),
            frontend_rtc_configuration=browser_ice,
            server_rtc_configuration=server_ice,
            on_change=transformer.restart,
            media_toggle_controls=False,
            video_html_attrs={"autoPlay": True, "muted": True, "playsInline": True, "style": {"width": "100%"}},
            translations={"select_device": "Choose camera"},
        )


def _record(source: PictureSource, lesson: LessonRecorder) -> None:
    """Have the lesson count the chosen source's pictures, and no other's."""
    for key in ("transformer", "screen", "room"):
        other: PictureSource | None = st.session_state.get(key)
        if other is not None:
            other.recorder = lesson if other is source else None
    if lesson.state in {LessonState.EMPTY, LessonState.WAITING}:
        lesson.source = source.name


def _choose_view(mirror: bool = True) -> View:
    """How the picture is shown; takes effect at once. A `mirror` makes sense for one's own camera only."""
    drawn, beside = st.columns([2, 1], vertical_alignment="bottom")
    style = drawn.segmented_control(
        "Draw",
        [*STYLES],
        default="Labels",
        required=True,
        key="style",
        help="What is drawn on the picture. The numbers beside it stay the same.",
    )
    mirrored = mirror and beside.toggle("Mirror", key="mirrored", help="Shows your own camera as a mirror does.")
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
