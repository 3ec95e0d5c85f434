"""Up to four lessons on one chart, aligned at their start, and marker by marker as a table."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from emotion.labels import COLOURS, Emotion
from emotion.lesson import Lesson
from emotion.mood import Group, group_shares, mean_shares
from emotion.pages.timeline_chart import MINUTES
from emotion.pages.words import local_time, plain
from emotion.series import clock, parts_of, points
from emotion.shifts import parts

LETTERS = "ABCD"
SYMBOLS = "●■▲◆"
SHAPES = ("circle", "square", "triangle-up", "diamond")
DASHES: tuple[list[int], ...] = ([1, 0], [8, 4], [2, 3], [10, 3, 2, 3])
LINE_COLOURS = (COLOURS[Emotion.FEAR], COLOURS[Emotion.HAPPY], COLOURS[Emotion.DISGUST], COLOURS[Emotion.SURPRISE])
"""The four of the palette that differ most; a letter, a dash and a shape say the same."""
MOST_POINTS = 60
SHAPE_EVERY = 8
STEPS_S = (60, 120, 300, 600, 900, 1800, 3600)
MOST_TICKS = 8
HEIGHT_PX = 280
ROW_PX = 13
"""Height of a row of marker numbers above the lines."""
Spec = dict[str, Any]


def show(opened: Sequence[Lesson]) -> None:
    """Draw lines of one group's share, the legend as a table of the lessons' means, and the parts between markers."""
    st.subheader("Compared", anchor=False)
    group = Group(
        st.segmented_control("Share of", [*Group], default=Group.SMILE, required=True, key="lessons-group")
        or Group.SMILE
    )
    x = _time(max(lesson.length_s for lesson in opened))
    layers = [layer for number, lesson in enumerate(opened) for layer in _layers(number, lesson, group, x)]
    words = "; ".join(f"{LETTERS[n]} {_mean(lesson, group)}" for n, lesson in enumerate(opened))
    st.vega_lite_chart(
        {"layer": layers, "height": HEIGHT_PX},
        width="stretch",
        key="lessons-chart",
        alt=f"{group} share over the time since each lesson's start; in the mean {words}",
    )
    st.caption("Minutes from each lesson's start. Letters with numbers are markers; the table below names them.")
    st.table([_legend(number, lesson) for number, lesson in enumerate(opened)])
    show_parts(opened)


def show_parts(opened: Sequence[Lesson]) -> None:
    """Shares between consecutive markers, lesson by lesson; nothing where no lesson has a marker."""
    rows = []
    for number, lesson in enumerate(opened):
        begins = sorted(lesson.markers, key=lambda marker: marker.at_s)
        for part in parts(lesson) if begins else []:
            which = next((i for i, m in enumerate(begins, 1) if m.at_s == part.since_s and m.text == part.name), 0)
            label = f"{which} {part.name}" if which else part.name
            rows.append(
                {
                    **({"lesson": LETTERS[number]} if len(opened) > 1 else {}),
                    "from marker": plain(label),
                    "time": f"{clock(part.since_s)}-{clock(part.until_s)}",
                    **{str(g): f"{part.shares[g]:.0%}" if part.shares else "-" for g in Group},
                    "readable": f"{part.faces_readable:.1f}",
                }
            )
    if rows:
        st.markdown("**Marker by marker**")
        st.table(rows)


def _mean(lesson: Lesson, group: Group) -> str:
    shares = group_shares(mean_shares(lesson.windows, 0.0, float("inf"))[0])
    return f"{shares[group]:.0%}" if shares else "none"


def _time(length_s: float) -> Spec:
    """The axis of time, with whole minutes and room for the letters at the lines' ends."""
    step = next((s for s in STEPS_S if length_s / s <= MOST_TICKS), STEPS_S[-1])
    return {
        "field": "at",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, max(length_s, 60.0) * 1.03], "nice": False},
        "axis": {"labelExpr": MINUTES, "grid": False, "values": [*range(0, int(length_s) + 1, step)]},
    }


def _legend(number: int, lesson: Lesson) -> dict[str, str]:
    return {
        "lesson": f"{LETTERS[number]} {SYMBOLS[number]}",
        "title": plain(lesson.title),
        "began": local_time(lesson.started),
        "length": clock(lesson.length_s),
        **{str(group): _mean(lesson, group) for group in Group},
    }


def _layers(number: int, lesson: Lesson, group: Group, x: Spec) -> list[Spec]:
    """A lesson's line, its shapes, its letter at the end and its markers."""
    colour = LINE_COLOURS[number]
    ink = "#E4E4EA" if st.context.theme.type == "dark" else "#33333A"
    rows = [
        {"at": (p.start_s + p.end_s) / 2, "share": p.shares[str(group)], "segment": part}
        for part, p in parts_of(points(lesson.windows, most=MOST_POINTS))
    ]
    y: Spec = {
        "field": "share",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, 1]},
        "axis": {"format": "%", "tickCount": 3},
    }
    line = {"type": "line", "strokeDash": DASHES[number], "strokeWidth": 2.2, "color": colour}
    shape = {"type": "point", "shape": SHAPES[number], "filled": True, "size": 70, "color": colour, "opacity": 1}
    letter = {"type": "text", "align": "left", "dx": 7, "fontSize": 13, "fontWeight": 700, "color": ink}
    marks = [
        {"at": marker.at_s, "label": f"{LETTERS[number]}{n}", "time": clock(marker.at_s), "text": marker.text}
        for n, marker in enumerate(sorted(lesson.markers, key=lambda m: m.at_s), start=1)
    ]
    told: Spec = {"x": x, "tooltip": [{"field": "label"}, {"field": "time"}, {"field": "text"}]}
    top = ROW_PX * (number + 0.5)
    return [
        {
            "data": {"values": rows},
            "mark": line,
            "encoding": {"x": x, "y": y, "detail": {"field": "segment", "type": "nominal"}},
        },
        {"data": {"values": rows[number::SHAPE_EVERY]}, "mark": shape, "encoding": {"x": x, "y": y}},
        {
            "data": {"values": [{**row, "letter": LETTERS[number]} for row in rows[-1:]]},
            "mark": letter,
            "encoding": {"x": x, "y": y, "text": {"field": "letter"}},
        },
        {
            "data": {"values": marks},
            "mark": {"type": "tick", "orient": "vertical", "thickness": 1.5, "size": 10, "color": colour},
            "encoding": {**told, "y": {"value": top}},
        },
        {
            "data": {"values": marks},
            "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 11, "color": ink},
            "encoding": {**told, "y": {"value": top}, "text": {"field": "label"}},
        },
    ]
