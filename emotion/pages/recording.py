"""The recording tab: a video of a lesson, analysed faster than it plays."""

from pathlib import PurePath

import streamlit as st

from emotion.analyzer import FaceAnalyzer
from emotion.card import ModelCard
from emotion.lesson import Lesson
from emotion.mood import group_shares, mean_shares
from emotion.pages import lesson_files, save_lesson, session, timeline_chart
from emotion.pages.storage import Storage, storage
from emotion.pictures import MOST_BYTES
from emotion.recording_job import RecordingJob, Result
from emotion.series import clock, points, table
from emotion.settings import Settings

KINDS = ["mp4", "webm", "mov", "avi"]
RATES = {"1 a second": 1.0, "2 a second": 2.0, "5 a second": 5.0}
POLL_S = 0.5
JOB = "recording-job"
"""Key of `st.session_state` under which a session's `RecordingJob` is; its `result` holds the `Lesson`."""


def show(analyzer: FaceAnalyzer, settings: Settings) -> None:
    """Draw the tab."""
    job: RecordingJob | None = st.session_state.get(JOB)
    if job is not None and job.running:
        st.fragment(_show_progress, run_every=POLL_S)(job)
        return
    _show_form(analyzer)
    if job is None:
        st.caption(":material/lock: The recording is read in memory and forgotten; it is not stored.")
    elif job.error:
        st.error(job.error, icon=":material/broken_image:")
    elif job.result is not None:
        _show_result(job.result, analyzer.classifier.card, storage(settings))


def _show_form(analyzer: FaceAnalyzer) -> None:
    file = st.file_uploader(
        f"MP4, WebM, MOV or AVI, up to {MOST_BYTES / 1e6:.0f} MB",
        type=KINDS,
        max_upload_size=MOST_BYTES // 1_000_000,
        key="recording-file",
    )
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    rate = row.segmented_control(
        "Analysed pictures",
        [*RATES],
        default="2 a second",
        required=True,
        key="recording-rate",
        help="More show short expressions and take longer.",
    )
    annotate = row.toggle("Make a video with boxes and captions", key="recording-annotate")
    begun = row.button(
        "Analyse", type="primary", icon=":material/play_arrow:", disabled=file is None, key="recording-begin"
    )
    if not begun or file is None:
        return
    if file.size > MOST_BYTES:  # the uploader checks it in the browser only
        st.error(
            f"{file.name} has {file.size / 1e6:.0f} MB, at most {MOST_BYTES / 1e6:.0f} MB can be analysed here: cut "
            "it, or use `python -m emotion video` on your own machine, which has no limit.",
            icon=":material/broken_image:",
        )
        return
    st.session_state[JOB] = RecordingJob(
        file.getvalue(), analyzer.classifier, RATES[rate or "2 a second"], annotate, file.name, session.is_open()
    )
    st.rerun()


def _show_progress(job: RecordingJob) -> None:
    """How far it is; the whole page is drawn anew when it is done."""
    progress = job.progress
    told = f"{clock(progress.done_s)} analysed"
    if job.waits:
        told = "Another recording is first; yours begins by itself. You can use the other tabs."
    if progress.left_s is not None:
        told += f", about {progress.left_s:.0f} s left"
    st.progress(progress.fraction or 0.0, text=told)
    st.button("Cancel", icon=":material/close:", on_click=job.cancel, key="recording-cancel")
    if not job.running:
        st.rerun()


def _show_result(result: Result, card: ModelCard, kept: Storage) -> None:
    lesson = result.lesson
    if result.cancelled:
        st.info("Cancelled: this is what was analysed until then.", icon=":material/close:")
    if result.truncated:
        st.warning(
            "The recording ends before it should: it is damaged or cut off. This is what could be read.",
            icon=":material/content_cut:",
        )
    if not any(window.shares for window in lesson.windows):
        st.markdown("No face could be read. Faces should look towards the camera and be at least 40 pixels wide.")
        return
    st.subheader(lesson.title, anchor=False)
    st.markdown(_in_a_sentence(lesson))
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    in_groups, one = timeline_chart.choose(row, "recording")
    found = points(lesson.windows, in_groups=in_groups)
    timeline_chart.show(found, (), in_groups, one, (0.0, found[-1].end_s), key="recording")
    with st.expander("The numbers"):
        st.dataframe(table(found, in_groups), hide_index=True, width="stretch", key="recording-table")
    _show_downloads(result, card)
    save_lesson.show(lambda: lesson, kept, key="recording")


def _in_a_sentence(lesson: Lesson) -> str:
    shares, faces = mean_shares(lesson.windows, 0.0, float("inf"))
    groups = group_shares(shares)
    first = max(groups, key=groups.__getitem__)
    length = clock(lesson.length_s)
    return f"{length} long, {faces:.1f} readable faces in the mean; most of all **{first}** ({groups[first]:.0%})."


def _show_downloads(result: Result, card: ModelCard) -> None:
    name = PurePath(result.lesson.title).stem or "recording"
    row = st.container(horizontal=True)
    lesson_files.show(result.lesson, card, "recording", name, row)
    if result.annotated:
        row.download_button(
            "Video with boxes",
            result.annotated,
            f"{name}-faces.mp4",
            "video/mp4",
            icon=":material/movie:",
            on_click="ignore",
        )
