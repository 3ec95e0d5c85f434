"""The classroom camera in the live tab: one camera for all sessions, shown to those who look."""

import base64
from dataclasses import replace

import cv2
import streamlit as st

from emotion.analyzer import FaceAnalyzer
from emotion.captions import CaptionLayout
from emotion.detector import LIVE, HaarDetector
from emotion.drawing import draw_faces
from emotion.faces import Box, RGBImage, require_rgb
from emotion.images import encode_jpeg
from emotion.live import View
from emotion.room import RoomCamera, RoomSource, Seen
from emotion.settings import Settings
from emotion.sources import Analyzer
from emotion.stream import StreamAnalyzer

REFRESH_S = 0.5
WIDEST_PX = 960
ON = "room-on"

# Not `st.image`: the pictures of a part of the page that is drawn again and again are never given back.
_picture = st.components.v2.component(
    "room_picture",
    html="<img>",
    css="img { display: block; width: 100%; border-radius: 0.5rem; border: 1px solid var(--st-border-color); }",
    js="""export default function ({ parentElement, data }) {
        const picture = parentElement.querySelector("img");
        picture.alt = data.alt;
        picture.src = data.src;
    }""",
)


@st.cache_resource(show_spinner=False)
def _camera(url: str, smallest_px: int, _analyzer: FaceAnalyzer) -> RoomCamera:
    """This process's camera; nothing is read before somebody looks."""

    def begin() -> Analyzer:
        return StreamAnalyzer(_analyzer.classifier, HaarDetector(replace(LIVE, smallest_px=smallest_px)))

    return RoomCamera(url, begin)


def source() -> RoomSource:
    """This session's view of the camera."""
    if "room" not in st.session_state:
        st.session_state.room = RoomSource()
    return st.session_state.room


def show(room: RoomSource, analyzer: FaceAnalyzer, settings: Settings, view: View) -> bool:
    """Draw the button and the picture; whether the camera is being looked at."""
    camera = _camera(settings.camera_url, settings.smallest_face_px, analyzer)
    watching = bool(st.session_state.get(ON))
    if watching:
        st.fragment(_show_picture, run_every=REFRESH_S)(camera, room, view)
        st.button("Stop", icon=":material/stop:", key="room-stop", on_click=_switch, args=(camera, room, False))
    else:
        st.button(
            "Start", icon=":material/play_arrow:", type="primary", key="room-start", on_click=_switch,
            args=(camera, room, True),
        )  # fmt: skip
    return watching


def put_away(analyzer: FaceAnalyzer, settings: Settings) -> None:
    """Another source was chosen: this session looks no more."""
    if st.session_state.get(ON):
        _switch(_camera(settings.camera_url, settings.smallest_face_px, analyzer), source(), False)


def _switch(camera: RoomCamera, room: RoomSource, on: bool) -> None:
    st.session_state[ON] = on
    if on:
        camera.join(room)
    else:
        camera.leave(room)


def _show_picture(camera: RoomCamera, room: RoomSource, view: View) -> None:
    """The newest picture with its faces, or why there is none; drawn again twice a second."""
    if not st.session_state.get(ON):
        return  # a last turn, begun before Stop was pressed
    camera.join(room)
    seen = room.seen
    if camera.trouble:
        st.warning(
            f"The classroom camera gives no picture: {camera.trouble}. It is asked again and again; whoever runs this "
            "app can check its plug, its network and `CAMERA_URL`.",
            icon=":material/videocam_off:",
        )
    elif seen is None:
        st.markdown("Waiting for the classroom camera's first picture...")
    else:
        layout = st.session_state.setdefault("room-captions", CaptionLayout())
        marked = room.status().lasting
        content = base64.b64encode(encode_jpeg(drawn(seen, view, layout, marked))).decode()
        count = len(seen.faces)
        alt = f"Classroom camera, {count} {'face' if count == 1 else 'faces'}"
        _picture(key="room-picture", data={"src": f"data:image/jpeg;base64,{content}", "alt": alt})


def drawn(seen: Seen, view: View, layout: CaptionLayout, marked: frozenset[int] = frozenset()) -> RGBImage:
    """The picture, at most `WIDEST_PX` wide, with its faces; reduced first, so that captions stay readable."""
    height, width = seen.image.shape[:2]
    share = min(1.0, WIDEST_PX / width)
    size = (max(round(width * share), 1), max(round(height * share), 1))
    small = require_rgb(cv2.resize(seen.image, size, interpolation=cv2.INTER_AREA))
    faces = [replace(face, box=_reduced(face.box, share)) for face in seen.faces]
    return draw_faces(small, faces, style=view.style, layout=layout, marked=marked)


def _reduced(box: Box, share: float) -> Box:
    x1, y1 = round(box.x1 * share), round(box.y1 * share)
    return Box(x1, y1, max(round(box.x2 * share), x1 + 1), max(round(box.y2 * share), y1 + 1))
