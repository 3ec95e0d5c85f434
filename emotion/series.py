"""A lesson's windows as what a chart and a table need: few enough rows, gaps kept, shares that stack."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emotion.labels import EMOTIONS, UNSURE
from emotion.lesson import WINDOW_S, Window
from emotion.mood import Group, group_shares, mean_shares, wilson

MOST_POINTS = 240
GAP_S = 1.5
"""Windows further apart than this many lengths have a gap between them."""
Correction = Callable[[Sequence[float]], tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Point:
    """Windows taken together: from `start_s` to `end_s`, the `segment` (from 0, a new one after each gap) they are in.

    `shares` are those of the readable faces by name, empty where there was none; `unsure` the share of all faces seen.
    """

    start_s: float
    end_s: float
    segment: int
    shares: Mapping[str, float]
    unsure: float
    faces_seen: float
    faces_readable: float

    def interval(self, name: str) -> tuple[float, float]:
        """Wilson's interval of one share, by how many faces were readable."""
        return wilson(self.shares.get(name, 0.0), self.faces_readable)


def points(
    windows: Sequence[Window],
    since_s: float = 0.0,
    in_groups: bool = True,
    correct: Correction = tuple,
    most: int = MOST_POINTS,
) -> list[Point]:
    """The windows from `since_s` on as at most `most` points (and one more for each gap)."""
    shown = [window for window in windows if window.start_s + WINDOW_S > since_s]
    together = max(-(-len(shown) // most), 1)
    found = []
    for segment, part in enumerate(without_gaps(shown)):
        for first in range(0, len(part), together):
            found.append(_point(part[first : first + together], segment, in_groups, correct))
    return found


def without_gaps(windows: Sequence[Window]) -> Iterator[list[Window]]:
    """Runs of windows that follow one another."""
    run: list[Window] = []
    for window in windows:
        if run and window.start_s - run[-1].start_s > GAP_S * WINDOW_S:
            yield run
            run = []
        run.append(window)
    if run:
        yield run


def parts_of(found: Sequence[Point]) -> Iterator[tuple[str, Point]]:
    """The points that have shares, each with the part it is in: no line may be drawn over a gap, nor over a time in
    which nobody could be read."""
    unread = 0
    for point in found:
        if point.shares:
            yield f"{point.segment}.{unread}", point
        else:
            unread += 1


def _point(windows: Sequence[Window], segment: int, in_groups: bool, correct: Correction) -> Point:
    shares, _ = mean_shares(windows, windows[0].start_s, windows[-1].start_s + WINDOW_S)
    shares = correct(shares)
    named = group_shares(shares) if in_groups else dict(zip(EMOTIONS, shares, strict=False))
    seen = sum(w.faces_seen for w in windows)
    return Point(
        windows[0].start_s,
        windows[-1].start_s + WINDOW_S,
        segment,
        {str(name): share for name, share in named.items()},
        sum(w.unsure * w.faces_seen for w in windows) / seen if seen else 0.0,
        seen / len(windows),
        sum(w.faces_readable for w in windows) / len(windows),
    )


def names(in_groups: bool) -> tuple[str, ...]:
    """What is stacked, from the bottom up."""
    return tuple(str(name) for name in (Group if in_groups else EMOTIONS))


def stacked(found: Sequence[Point], in_groups: bool) -> list[dict[str, Any]]:
    """Rows for a stacked chart: for each point and name where its layer begins and ends, unsure faces on top.

    Expressions share what unsure faces leave, so that a layer is a share of all faces seen. A step's last row repeats
    its values at its end, as an area is drawn from row to row.
    """
    rows: list[dict[str, Any]] = []
    for point in found:
        for at in (point.start_s, point.end_s - 0.01):
            low = 0.0
            for name in (*names(in_groups), UNSURE):
                share = point.unsure if name == UNSURE else point.shares.get(name, 0.0) * (1 - point.unsure)
                rows.append({"at": at, "segment": point.segment, "name": name, "low": low, "high": low + share})
                low += share
    return rows


def table(found: Sequence[Point], in_groups: bool) -> list[dict[str, float | str]]:
    """The numbers under the chart, newest first: shares of readable faces, and how many faces there were."""
    return [
        {
            "from": clock(point.start_s),
            **{name: round(point.shares[name], 3) for name in names(in_groups) if name in point.shares},
            UNSURE: round(point.unsure, 3),
            "faces seen": round(point.faces_seen, 1),
            "faces readable": round(point.faces_readable, 1),
        }
        for point in reversed(found)
    ]


def clock(seconds: float) -> str:
    """Minutes and seconds of a lesson: "12:05"."""
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"
