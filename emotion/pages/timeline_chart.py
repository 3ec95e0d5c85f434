"""The lesson as a chart: stacked shares over time, one of them with its confidence, the teacher's markers.

Written in Vega-Lite itself: Altair checks every row against its schema, which takes two seconds for two hours of rows.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emotion.labels import COLOURS, UNSURE, Emotion
from emotion.lesson import Marker
from emotion.mood import GROUP_COLOURS, Group
from emotion.series import Point, clock, names, parts_of, stacked

DETAILS = ("4 groups", "7 expressions")
STRIPES = 90
HEIGHT_PX, BAND_HEIGHT_PX = 250, 130
LEAST_LABELLED = 0.09
"""Share of a layer from which on its name has room in it."""
MINUTES = "floor(datum.value / 60) + ':' + format(datum.value % 60, '02d')"
Spec = dict[str, Any]


def colour(name: str) -> str:
    """Of a group or an expression."""
    return GROUP_COLOURS[Group(name)] if name in {str(g) for g in Group} else COLOURS[Emotion(name)]


def choose(row: DeltaGenerator, key: str) -> tuple[bool, str]:
    """Draw the choice of what is shown in `row`: whether in groups, and which share with its confidence."""
    detail = row.segmented_control("In", DETAILS, default=DETAILS[0], required=True, key=f"{key}-detail")
    in_groups = detail == DETAILS[0]
    one = row.selectbox("With its confidence", names(in_groups), key=f"{key}-band-{in_groups}", width=170)
    return in_groups, str(one)


def show(
    found: Sequence[Point],
    markers: Sequence[Marker],
    in_groups: bool,
    chosen: str,
    span: tuple[float, float],
    key: str = "class",
) -> None:
    """Draw both charts over `span`, seconds of the lesson; scrolling zooms, dragging moves. `key` tells pages apart."""
    within = [marker for marker in markers if span[0] <= marker.at_s <= span[1]]
    x = {
        "field": "at",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [*span], "nice": False},
        "axis": {"labelExpr": MINUTES, "grid": False, "tickMinStep": 5},
    }
    stack = [*_layers(found, in_groups, x), *_end_labels(found, in_groups, x), *_markers(within, x)]
    _draw(stack, HEIGHT_PX, f"{key}-timeline", in_words(found, in_groups))
    st.caption(f"**{chosen}**: share of the readable faces, and the range it may truly have; wide with few faces.")
    _draw(
        [*_band(found, chosen, x), *_markers(within, x, words=False)],
        BAND_HEIGHT_PX,
        f"{key}-band",
        _told(found, chosen),
    )


def _draw(layers: Sequence[Spec], height: int, key: str, words: str) -> None:
    zoom = {"name": "zoom", "select": {"type": "interval", "encodings": ["x"]}, "bind": "scales"}
    first, *others = layers
    spec = {"layer": [{**first, "params": [zoom]}, *others], "height": height}
    st.vega_lite_chart(spec, width="stretch", key=key, alt=words)


def _share(field: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, 1]},
        "axis": {"format": "%", "tickCount": 3},
    }


def _layers(found: Sequence[Point], in_groups: bool, x: Spec) -> list[Spec]:
    """The stacked areas; unsure on top is hatched, not coloured."""
    order = [*names(in_groups)]
    rows = stacked(found, in_groups)
    place: Spec = {"x": x, "y": _share("low"), "y2": {"field": "high"}, "detail": {"field": "segment"}}
    colours = {
        "field": "name",
        "type": "nominal",
        "sort": order,
        "scale": {"domain": order, "range": [colour(name) for name in order]},
        "legend": {"orient": "top", "title": None, "symbolType": "square", "columns": 4},
    }
    return [
        {
            "data": {"values": [row for row in rows if row["name"] != UNSURE]},
            "mark": {"type": "area", "interpolate": "step-after"},
            "encoding": {**place, "color": colours},
        },
        {
            "data": {"values": [row for row in rows if row["name"] == UNSURE]},
            "mark": {"type": "area", "interpolate": "step-after", "color": _hatch()},
            "encoding": place,
        },
    ]


def _hatch() -> Spec:
    """Diagonal stripes: a gradient with hard steps, as Vega-Lite has no patterns."""
    stops = []
    for stripe in range(STRIPES):
        shade = "#8A8A9455" if stripe % 2 else "#8A8A9400"
        stops += [{"offset": (stripe + end) / STRIPES, "color": shade} for end in (0, 1)]
    return {"gradient": "linear", "stops": stops, "x1": 0, "y1": 0, "x2": 1, "y2": 1}


def _end_labels(found: Sequence[Point], in_groups: bool, x: Spec) -> list[Spec]:
    """Names inside the newest layers that have room, so that colour is not alone."""
    newest = stacked(found[-1:], in_groups)[-len(names(in_groups)) - 1 :]
    rows = [
        {"at": row["at"], "middle": (row["low"] + row["high"]) / 2, "name": row["name"]}
        for row in newest
        if row["high"] - row["low"] >= LEAST_LABELLED
    ]
    style = {"type": "text", "align": "right", "dx": -6, "fontSize": 12, "fontWeight": 600}
    encoding = {"x": x, "y": _share("middle"), "text": {"field": "name"}}
    halo = {"stroke": "#1B1B20", "strokeWidth": 3, "strokeJoin": "round", "opacity": 0.75}
    return [
        {"data": {"values": rows}, "mark": {**style, **look}, "encoding": encoding}
        for look in (halo, {"color": "white"})
    ]


def _markers(markers: Sequence[Marker], x: Spec, words: bool = True) -> list[Spec]:
    ink = "#E4E4EA" if st.context.theme.type == "dark" else "#33333A"
    rows = [{"at": marker.at_s, "time": clock(marker.at_s), "text": marker.text} for marker in markers]
    if not rows:
        return []
    encoding: Spec = {"x": x, "tooltip": [{"field": "time"}, {"field": "text"}]}
    rule = {"type": "rule", "strokeDash": [4, 3], "strokeWidth": 1.5, "color": ink}
    text = {"type": "text", "align": "left", "baseline": "top", "dx": 4, "dy": 3, "fontSize": 12, "color": ink}
    rules = {"data": {"values": rows}, "mark": rule, "encoding": encoding}
    labels = {
        "data": {"values": rows},
        "mark": {**text, "limit": 140},
        "encoding": {**encoding, "text": {"field": "text"}, "y": {"value": 0}},
    }
    return [rules, labels] if words else [rules]


def _band(found: Sequence[Point], chosen: str, x: Spec) -> list[Spec]:
    """A share's line and, around it, what it may truly be."""
    rows = []
    for part, point in parts_of(found):
        low, high = point.interval(chosen)
        row = {"share": point.shares[chosen], "low": low, "high": high, "segment": part}
        rows += [{"at": point.start_s, **row}, {"at": point.end_s - 0.01, **row}]
    step = {"interpolate": "step-after", "color": colour(chosen)}
    parts: Spec = {"x": x, "detail": {"field": "segment"}}
    return [
        {
            "data": {"values": rows},
            "mark": {"type": "area", "opacity": 0.3, **step},
            "encoding": {**parts, "y": _share("low"), "y2": {"field": "high"}},
        },
        {
            "data": {"values": rows},
            "mark": {"type": "line", "strokeWidth": 2, **step},
            "encoding": {**parts, "y": _share("share")},
        },
    ]


def in_words(found: Sequence[Point], in_groups: bool) -> str:
    """The newest shares as a sentence, for those who do not see the chart."""
    if not found:
        return "Timeline: nothing yet"
    last = found[-1]
    told = ", ".join(f"{name} {last.shares[name]:.0%}" for name in names(in_groups) if name in last.shares)
    return f"Timeline up to {clock(last.end_s)}; now {told or 'no readable face'}, unsure {last.unsure:.0%}"


def _told(found: Sequence[Point], chosen: str) -> str:
    if not found or not found[-1].shares:
        return f"{chosen}: nothing yet"
    low, high = found[-1].interval(chosen)
    return f"{chosen}: {found[-1].shares[chosen]:.0%}, truly between {low:.0%} and {high:.0%}"
