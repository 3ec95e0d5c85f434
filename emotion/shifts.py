"""Where a lesson changed most, and how its parts between markers compare."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from emotion.lesson import WINDOW_S, Lesson, Window
from emotion.mood import MINUTE_S, Group, group_shares, mean_shares

LEAST_SHIFT = 0.1
"""Changes of a share that are smaller are not told: single windows of a still class differ by as much."""
APART_S = 120.0


@dataclass(frozen=True, slots=True)
class Shift:
    """At `at_s`, the share of `group` in the minute after it less that in the minute before."""

    at_s: float
    group: Group
    change: float


@dataclass(frozen=True, slots=True)
class Part:
    """What a class showed from one marker to the next: shares in groups, empty without a readable face."""

    name: str
    since_s: float
    until_s: float
    shares: dict[Group, float]
    faces_readable: float


def largest_shifts(windows: Sequence[Window], most: int = 5) -> list[Shift]:
    """The largest changes, the largest first, at least two minutes apart and with half a minute known on both sides."""
    known = [window for window in windows if window.shares]
    starts = [window.start_s for window in known]
    candidates = []
    for index, window in enumerate(known):
        before = known[bisect_left(starts, window.start_s - MINUTE_S) : index]
        after = known[index : bisect_left(starts, window.start_s + MINUTE_S)]
        if min(len(before), len(after)) * WINDOW_S < MINUTE_S / 2:
            continue
        then, now = (group_shares(mean_shares(part, 0, float("inf"))[0]) for part in (before, after))
        group = max(Group, key=lambda g: abs(now[g] - then[g]))
        candidates.append(Shift(window.start_s, group, now[group] - then[group]))
    kept: list[Shift] = []
    for shift in sorted(candidates, key=lambda s: -abs(s.change)):
        if abs(shift.change) < LEAST_SHIFT or len(kept) == most:
            break
        if all(abs(shift.at_s - other.at_s) >= APART_S for other in kept):
            kept.append(shift)
    return kept


def parts(lesson: Lesson) -> list[Part]:
    """The lesson from its start to the first marker, from there to the next, and so on; empty without windows."""
    if not lesson.windows:
        return []
    marks = [(0.0, "Start"), *((m.at_s, m.text) for m in sorted(lesson.markers, key=lambda m: m.at_s))]
    found = []
    for (since, name), (until, _) in zip(marks, [*marks[1:], (lesson.length_s, "")], strict=True):
        shares, faces = mean_shares(lesson.windows, since, until)
        if until > since:
            found.append(Part(name, since, until, group_shares(shares), faces))
    return found
