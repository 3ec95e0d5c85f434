"""The photo tab: one picture, its faces, their seven probabilities."""

import streamlit as st

from emotion.analyzer import FaceAnalyzer
from emotion.drawing import caption_text, draw_faces
from emotion.exports import face_rows, faces_csv, faces_json
from emotion.faces import Face, RGBImage
from emotion.images import MAX_BYTES, PictureError, decode_picture, encode_png
from emotion.pages.charts import expression_bars, in_words

SOURCES = ("Upload", "Camera snapshot")
CHARTS_A_ROW = 3


def show(analyzer: FaceAnalyzer) -> None:
    """Draw the tab."""
    source = st.segmented_control("Picture from", SOURCES, default=SOURCES[0], required=True, key="photo-source")
    if source == SOURCES[1]:
        file = st.camera_input("Take a picture", key="snapshot")
    else:
        file = st.file_uploader(
            f"JPEG, PNG, WebP or BMP, up to {MAX_BYTES / 1e6:.0f} MB",
            type=["jpg", "jpeg", "png", "webp", "bmp"],
            max_upload_size=MAX_BYTES // 1_000_000,
            key="upload",
        )
    if file is None:
        st.caption(":material/lock: The picture is read in memory and forgotten; nothing is stored.")
        return
    try:
        image = decode_picture(file.getvalue())
    except PictureError as error:
        st.error(f"{file.name}: {error}", icon=":material/broken_image:")
        return
    with st.spinner("Looking for faces..."):
        faces = analyzer.analyze(image)
    _show_result(image, faces, analyzer.classifier.card.name)


def _show_result(image: RGBImage, faces: list[Face], model: str) -> None:
    drawn = draw_faces(image, faces, numbered=len(faces) > 1)
    picture, summary = st.columns([3, 2], gap="large")
    picture.image(drawn, width="stretch", output_format="JPEG")
    with summary:
        st.metric("Faces found", len(faces))
        if not faces:
            st.markdown("No face found. Faces should look towards the camera and be at least 40 pixels wide.")
            return
        _show_downloads(drawn, faces, image, model)
    with summary if len(faces) == 1 else st.container():
        _show_faces(faces)
    st.dataframe(face_rows(faces), hide_index=True, width="stretch", key="photo-table")


def _show_faces(faces: list[Face]) -> None:
    """A bar chart per face, in reading order."""
    for start in range(0, len(faces), CHARTS_A_ROW):
        row = faces[start : start + CHARTS_A_ROW]
        for column, (number, face) in zip(
            st.columns(CHARTS_A_ROW if len(faces) > 1 else 1), enumerate(row, start=start + 1), strict=False
        ):
            with column:
                st.markdown(f"**Face {number}: {caption_text(face)}**")
                expression_bars(face.scores, f"Face {number}: {in_words(face.scores)}", key=f"photo-face-{number}")


def _show_downloads(drawn: RGBImage, faces: list[Face], image: RGBImage, model: str) -> None:
    png, table, numbers = st.columns(3)
    height, width = image.shape[:2]
    png.download_button(
        "PNG",
        lambda: encode_png(drawn),  # made only when asked for: a large picture takes seconds
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
