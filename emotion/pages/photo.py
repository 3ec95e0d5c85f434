"""The photo tab: pictures, their faces, the seven probabilities of each, and what an answer rests on."""

import time
from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from emotion import occlusion
from emotion.analyzer import FaceAnalyzer, crop_faces
from emotion.drawing import caption_text, draw_faces
from emotion.exports import Photo, face_rows, faces_csv, faces_json, photo_rows, photos_csv, photos_json
from emotion.faces import Face, RGBImage
from emotion.images import MAX_BYTES, PictureError, decode_picture, encode_png
from emotion.metrics import METRICS
from emotion.obstacles import with_obstacles
from emotion.pages.charts import expression_bars, in_words

SOURCES = ("Upload", "Camera snapshot")
CHARTS_A_ROW = 3
MOST_PHOTOS = 20
PNG = "photo-png"
"""Key of `st.session_state`: the id of the file that is looked at, and its drawn picture as PNG."""
LOOK_HELP = (
    "Covers one part of the face after the other and sees how far the probability falls (Zeiler and Fergus, 2014). It "
    "tells what the network uses, not what a feeling is; a network may be right for a wrong reason."
)


def show(analyzer: FaceAnalyzer) -> None:
    """Draw the tab."""
    source = st.segmented_control("Pictures from", SOURCES, default=SOURCES[0], required=True, key="photo-source")
    if source == SOURCES[1]:
        snapshot = st.camera_input("Take a picture", key="snapshot")
        files = [snapshot] if snapshot else []
    else:
        files = st.file_uploader(
            f"JPEG, PNG, WebP or BMP, up to {MAX_BYTES / 1e6:.0f} MB each; up to {MOST_PHOTOS} at once",
            type=["jpg", "jpeg", "png", "webp", "bmp"],
            max_upload_size=MAX_BYTES // 1_000_000,
            accept_multiple_files=True,
            key="upload",
        )
    if st.session_state.get(PNG, ("",))[0] not in {file.file_id for file in files}:
        st.session_state.pop(PNG, None)  # a picture that was taken away is forgotten with its file
    if not files:
        st.caption(":material/lock: Pictures are read in memory and forgotten; none is stored.")
        return
    if len(files) > MOST_PHOTOS:
        st.warning(
            f"{len(files)} pictures were chosen; the first {MOST_PHOTOS} are read.", icon=":material/filter_none:"
        )
    read = _read(files[:MOST_PHOTOS], analyzer)
    if len(read) > 1:
        _show_all([photo for _, photo in read], analyzer.classifier.card.name)
        chosen = st.selectbox("Look at", range(len(read)), format_func=lambda n: read[n][1].name, key="photo-chosen")
        read = [read[chosen or 0]]
    for file, photo in read:
        _show_result(decode_picture(file.getvalue()), photo, analyzer, file.file_id)


def _read(files: Sequence[UploadedFile], analyzer: FaceAnalyzer) -> list[tuple[UploadedFile, Photo]]:
    """The pictures that can be read, with their faces; what is wrong with the others is told.

    What was found stays in the session as long as the picture does, so that a press of a button analyses nothing again.
    """
    known: dict[str, Photo] = st.session_state.get("photos", {})
    found: list[tuple[UploadedFile, Photo]] = []
    for file in files:
        photo = known.get(file.file_id)
        if photo is None:
            try:
                image = decode_picture(file.getvalue())
            except PictureError as error:
                st.error(f"{file.name}: {error}", icon=":material/broken_image:")
                continue
            with st.spinner(f"Looking for faces in {file.name}..."):
                began = time.monotonic()
                faces = with_obstacles(image, analyzer.analyze(image))
                METRICS.note_picture("photo", len(faces), time.monotonic() - began)
            photo = Photo(file.name, image.shape[1], image.shape[0], tuple(faces))
        found.append((file, photo))
    st.session_state["photos"] = {file.file_id: photo for file, photo in found}
    return found


def _show_all(photos: Sequence[Photo], model: str) -> None:
    """One table over all pictures, to take away as well."""
    faces = sum(len(photo.faces) for photo in photos)
    st.markdown(f"**{faces} face{'s' * (faces != 1)}** in {len(photos)} pictures")
    st.dataframe(photo_rows(photos), hide_index=True, width="stretch", key="photos-table")
    row = st.container(horizontal=True)
    for kind, content, mime in (
        ("CSV of all", photos_csv(photos), "text/csv"),
        ("JSON of all", photos_json(photos, model), "application/json"),
    ):
        name = f"pictures.{kind.split()[0].lower()}"
        row.download_button(kind, content, name, mime, icon=":material/download:", on_click="ignore", key=f"all-{kind}")


def _show_result(image: RGBImage, photo: Photo, analyzer: FaceAnalyzer, file_id: str) -> None:
    faces = [*photo.faces]
    drawn = draw_faces(image, faces, numbered=len(faces) > 1)
    picture, summary = st.columns([3, 2], gap="large")
    picture.image(drawn, width="stretch", output_format="JPEG")
    with summary:
        st.metric("Faces found", len(faces))
        if not faces:
            st.markdown("No face found. Faces should look towards the camera and be at least 40 pixels wide.")
            return
        _show_downloads(_png(file_id, drawn), faces, image, analyzer.classifier.card.name)
    with summary if len(faces) == 1 else st.container():
        _show_faces(image, faces, analyzer)
    st.dataframe(face_rows(faces), hide_index=True, width="stretch", key="photo-table")


def _show_faces(image: RGBImage, faces: list[Face], analyzer: FaceAnalyzer) -> None:
    """A bar chart per face, in reading order."""
    for start in range(0, len(faces), CHARTS_A_ROW):
        row = faces[start : start + CHARTS_A_ROW]
        for column, (number, face) in zip(
            st.columns(CHARTS_A_ROW if len(faces) > 1 else 1), enumerate(row, start=start + 1), strict=False
        ):
            with column:
                why = f" (too {face.obstacle} to be read)" if face.obstacle else ""
                st.markdown(f"**Face {number}: {caption_text(face)}**{why}")
                expression_bars(face.scores, f"Face {number}: {in_words(face.scores)}", key=f"photo-face-{number}")
                if st.toggle("Where the network looked", key=f"photo-look-{number}", help=LOOK_HELP):
                    _show_look(image, face, analyzer)


def _show_look(image: RGBImage, face: Face, analyzer: FaceAnalyzer) -> None:
    """The face as the network saw it, under the map of what its answer rests on."""
    crop = crop_faces(image, [face.box])
    drops = occlusion.occlusion_map(crop, analyzer.classifier)
    part = occlusion.in_words(drops)
    st.image(
        occlusion.draw_map(crop, drops),
        caption=f"“{face.likeliest}” rests most on {part}: covering the yellow parts takes up to "
        f"{max(float(drops.max()), 0):.0%} from it, covering dark blue ones nothing.",
    )


def _png(file_id: str, drawn: RGBImage) -> bytes:
    """The drawn picture as a file, made once. Not by a function of its button: Streamlit drops what such a one made
    after the second run of any viewer's page, on a busy server before a browser has fetched it."""
    known: tuple[str, bytes] | None = st.session_state.get(PNG)
    if known is None or known[0] != file_id:
        known = st.session_state[PNG] = file_id, encode_png(drawn)
    return known[1]


def _show_downloads(drawn: bytes, faces: list[Face], image: RGBImage, model: str) -> None:
    png, table, numbers = st.columns(3)
    height, width = image.shape[:2]
    png.download_button(
        "PNG",
        drawn,
        "faces.png",
        "image/png",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )
    table.download_button(
        "CSV", faces_csv(faces), "faces.csv", "text/csv", on_click="ignore", icon=":material/download:", width="stretch"
    )
    numbers.download_button(
        "JSON",
        faces_json(faces, width, height, model),
        "faces.json",
        "application/json",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )
