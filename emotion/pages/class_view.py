"""The lesson below the live picture: its timeline, the teacher's markers, pause, stop and erase."""

from collections.abc import Callable

import streamlit as st

from emotion.card import ModelCard
from emotion.lesson import Lesson
from emotion.mood import corrected
from emotion.pages import lesson_files, timeline_chart
from emotion.recorder import LONGEST_TEXT, LessonRecorder, LessonState
from emotion.series import Point, clock, points, table

RECENT_S = 300.0
REFRESH_S = 5.0
SPANS = ("Last 5 minutes", "Whole lesson")
CORRECTION_HELP = (
    "The network confuses expressions in known proportions. With C, the chance of each answer for each true expression "
    "(the confusion matrix of the model card, PublicTest), the shares s that best explain the observed o = Cᵀs are "
    "found by s ← s · C(o / Cᵀs), 50 times: adjusted counting (Forman, 2008) by expectation maximisation. It holds as "
    "far as your class resembles FER-2013."
)
FILES_HELP = (
    "The whole lesson so far, uncorrected: a report, which is one page that opens without a network, CSV and JSON."
)
SHARES_HELP = (
    "Soft votes: for windows of 5 s the mean calibrated probability of each expression over the readable faces "
    "(probabilistic classify and count; Bella et al., 2010). Faces too small, blurred or dark are left out; “unsure” "
    "is the share of all faces seen that name no expression."
)


def show(
    recorder: LessonRecorder, card: ModelCard, now: Callable[[], float], playing: bool, changed: Callable[[], None]
) -> None:
    """Draw the section. `now` is the clock by which pictures are recorded, in seconds.

    `changed` is called when the teacher has ended the lesson, and before and after it is erased.
    """
    if not playing:
        recorder.begin()  # pressing START is a beginning, too
    st.subheader("This lesson", anchor=False, help=SHARES_HELP)
    st.fragment(_show_controls, run_every=1.0 if playing else None)(recorder, now, playing, changed)
    _show_marker_form(recorder, now)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    whole = row.segmented_control("Show", SPANS, default=SPANS[0], required=True, key="class-span") == SPANS[1]
    in_groups, one = timeline_chart.choose(row, "class")
    correct = row.toggle("Correct known mistakes", key="class-correct", help=CORRECTION_HELP)
    files = row.toggle("Files", key="class-files", help=FILES_HELP)
    st.fragment(_show_timeline, run_every=REFRESH_S if playing else None)(
        recorder, card, now, whole, in_groups, one, correct, files
    )


def _end(recorder: LessonRecorder, changed: Callable[[], None]) -> None:
    recorder.stop()
    changed()


def _erase(recorder: LessonRecorder, playing: bool, changed: Callable[[], None]) -> None:
    """What was to be saved is handed over first, to its end; while pictures come, nothing is counted from here on."""
    _end(recorder, changed)
    recorder.erase(wait=playing)
    changed()


def _show_controls(
    recorder: LessonRecorder, now: Callable[[], float], playing: bool, changed: Callable[[], None]
) -> None:
    """Pause, stop, erase; only what makes sense now can be pressed."""
    state = recorder.state
    row = st.container(horizontal=True, vertical_alignment="center")
    row.markdown(_state_in_words(recorder, now()), width="stretch")
    if state is LessonState.PAUSED:
        row.button("Go on", icon=":material/play_arrow:", on_click=recorder.resume, key="class-resume")
    elif state is LessonState.WAITING:
        row.button("Begin", icon=":material/play_arrow:", on_click=recorder.begin, key="class-begin")
    else:
        row.button(
            "Pause",
            icon=":material/pause:",
            on_click=recorder.pause,
            disabled=state is not LessonState.RUNNING,
            help="The picture goes on; its faces are not counted.",
            key="class-pause",
        )
    row.button(
        "End",
        icon=":material/stop:",
        on_click=_end,
        args=(recorder, changed),
        disabled=state not in {LessonState.RUNNING, LessonState.PAUSED},
        help="Ends this lesson; its numbers stay on the page until you erase them or close it.",
        key="class-stop",
    )
    nothing = state in {LessonState.EMPTY, LessonState.WAITING}
    with row.popover("Erase", icon=":material/delete:", disabled=nothing):
        st.markdown(
            "Forget all numbers and markers of this lesson? This cannot be undone. What you had saved stays under "
            "*Lessons*. Nothing more is counted until you begin a new lesson."
        )
        arguments = (recorder, playing, changed)
        st.button("End and erase", type="primary", on_click=_erase, args=arguments, key="class-erase")


def _state_in_words(recorder: LessonRecorder, now: float) -> str:
    lesson = recorder.snapshot()
    match recorder.state:
        case LessonState.EMPTY:
            return "It begins with the first picture after START."
        case LessonState.WAITING:
            return ":material/pause: Erased. The picture goes on; nothing is counted until you press Begin."
        case LessonState.PAUSED:
            return ":material/pause: Paused; the timeline will have a gap."
        case LessonState.STOPPED:
            return f"Ended, {_length(lesson)} long. Erase it to begin a new one."
    return f"Running for **{clock(recorder.elapsed_s(now))}**"


def _length(lesson: Lesson) -> str:
    if lesson.ended is None:
        return clock(0)
    return clock((lesson.ended - lesson.started).total_seconds())


def _show_marker_form(recorder: LessonRecorder, now: Callable[[], float]) -> None:
    """Own words or the two usual ones, stamped at this moment."""
    with st.form("class-marker", clear_on_submit=True, border=False):
        row = st.container(horizontal=True, vertical_alignment="bottom")
        text = row.text_input(
            "Marker", max_chars=LONGEST_TEXT, placeholder="What happens now?", key="class-words", width=320
        )
        added = row.form_submit_button("Mark")
        words = "New topic" if row.form_submit_button("New topic") else ""
        words = "Quiz" if row.form_submit_button("Quiz") else words
    if added or words:
        try:
            recorder.mark(words or text, now())
        except ValueError as error:
            st.toast(f"Not marked: {error}.", icon=":material/error:")


def _show_timeline(
    recorder: LessonRecorder,
    card: ModelCard,
    now: Callable[[], float],
    whole: bool,
    in_groups: bool,
    chosen: str,
    correct: bool,
    files: bool,
) -> None:
    """Charts and the table of their numbers; redrawn alone, every five seconds while the stream plays."""
    lesson = recorder.snapshot()
    if not lesson.windows:
        st.caption("The timeline appears after the first ten seconds.")
        return
    end = max(lesson.length_s, 60.0)
    if recorder.state in {LessonState.RUNNING, LessonState.PAUSED}:
        end = max(end, recorder.elapsed_s(now()))
    since = 0.0 if whole else max(end - RECENT_S, 0.0)
    found = _points(lesson, since, in_groups, card if correct else None)
    timeline_chart.show(found, lesson.markers, in_groups, chosen, (since, end))
    with st.expander("The numbers"):
        st.dataframe(table(found, in_groups), hide_index=True, width="stretch", key="class-table")
    if files:
        lesson_files.show(lesson, card, "class")


def _points(lesson: Lesson, since: float, in_groups: bool, card: ModelCard | None) -> list[Point]:
    """The windows as points, corrected by the mistakes that `card` tells of, where it is given and tells them."""
    confusion = card.metrics.get("PublicTest", {}).get("confusion_matrix") if card else None
    if confusion is None:
        return points(lesson.windows, since, in_groups)
    return points(lesson.windows, since, in_groups, lambda shares: corrected(shares, confusion))
