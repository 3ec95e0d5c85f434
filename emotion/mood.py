"""What a class's numbers say together: groups of expressions, how sure a share is, tone, change, one sentence."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from emotion.labels import COLOURS, EMOTIONS, Emotion
from emotion.lesson import WINDOW_S, Window

MINUTE_S = 60.0
OWN_PAST_S = 300.0
"""A class is compared with its own last five minutes, not with other classes."""
NOTABLE = 0.12
"""Change of a share or of the tone that is worth a word; single windows of a still class differ by half of it."""
STEPS = 50


class Group(StrEnum):
    """Expressions that a glance can tell apart; of the seven, the network confuses mostly those of one group."""

    SMILE = "smile-like"
    NEUTRAL = "neutral"
    SURPRISE = "surprise-like"
    NEGATIVE = "negative-like"


MEMBERS: Mapping[Group, tuple[Emotion, ...]] = {
    Group.SMILE: (Emotion.HAPPY,),
    Group.NEUTRAL: (Emotion.NEUTRAL,),
    Group.SURPRISE: (Emotion.SURPRISE,),
    Group.NEGATIVE: (Emotion.ANGRY, Emotion.DISGUST, Emotion.FEAR, Emotion.SAD),
}
GROUP_COLOURS: Mapping[Group, str] = {
    Group.SMILE: COLOURS[Emotion.HAPPY],
    Group.NEUTRAL: COLOURS[Emotion.NEUTRAL],
    Group.SURPRISE: COLOURS[Emotion.SURPRISE],
    Group.NEGATIVE: COLOURS[Emotion.SAD],
}


def group_shares(shares: Sequence[float]) -> dict[Group, float]:
    """The seven shares, in the order of `EMOTIONS`, added up in groups; empty for no shares."""
    if not shares:
        return {}
    return {group: sum(shares[EMOTIONS.index(e)] for e in members) for group, members in MEMBERS.items()}


def wilson(share: float, count: float, z: float = 1.96) -> tuple[float, float]:
    """The interval of a share (0-1) of `count` faces, 95 % by default (Wilson, 1927); all of 0-1 for no face.

    Faces of one class are neither drawn by lot nor independent, and one face is seen many times: `count` is therefore
    how many faces there are, not how often they were seen.
    """
    if count <= 0:
        return 0.0, 1.0
    centre = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    spread = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return max(float(centre - spread), 0.0), min(float(centre + spread), 1.0)


def mean_shares(windows: Sequence[Window], since_s: float, until_s: float) -> tuple[tuple[float, ...], float]:
    """Shares of the windows that begin in [since, until), weighed by their readable faces, and the mean of those.

    The shares are empty where no face was readable.
    """
    chosen = [w for w in windows if since_s <= w.start_s < until_s and w.shares]
    weights = np.array([w.faces_readable for w in chosen])
    if not weights.sum():
        return (), 0.0
    mean = np.array([w.shares for w in chosen]).T @ weights / weights.sum()
    return tuple(float(v) for v in mean), float(weights.mean())


def tone(shares: Sequence[float]) -> float:
    """Smile-like minus negative-like share, from -1 to 1."""
    groups = group_shares(shares)
    return groups[Group.SMILE] - groups[Group.NEGATIVE]


def tone_change(windows: Sequence[Window], now_s: float) -> float | None:
    """Tone of the last minute less that of the class's own five minutes before; `None` while there is too little.

    Too little is less than half a minute now, or less than a minute before.
    """
    now = recent(windows, now_s - MINUTE_S, now_s)
    before = recent(windows, now_s - MINUTE_S - OWN_PAST_S, now_s - MINUTE_S)
    if len(now) * WINDOW_S < MINUTE_S / 2 or len(before) * WINDOW_S < MINUTE_S:
        return None
    shares_now, _ = mean_shares(now, -np.inf, np.inf)
    shares_before, _ = mean_shares(before, -np.inf, np.inf)
    return tone(shares_now) - tone(shares_before)


def recent(windows: Sequence[Window], since_s: float, until_s: float) -> list[Window]:
    """The windows with readable faces that begin in [since, until)."""
    return [w for w in windows if since_s <= w.start_s < until_s and w.shares]


def in_a_sentence(windows: Sequence[Window], now_s: float) -> str:
    """What the class shows, in plain words, and how that differs from five minutes ago; "" while nothing is known."""
    now, _ = mean_shares(windows, now_s - 3 * WINDOW_S, now_s + WINDOW_S)
    if not now:
        return ""
    groups = group_shares(now)
    first, second = sorted(groups, key=groups.__getitem__, reverse=True)[:2]
    mixed = f"Mixed: {first} {groups[first]:.0%}, {second} {groups[second]:.0%}"
    words = f"Mostly {first}" if groups[first] >= 0.5 else mixed
    before, _ = mean_shares(windows, now_s - OWN_PAST_S - MINUTE_S / 2, now_s - OWN_PAST_S + MINUTE_S / 2)
    if not before:
        return f"{words}."
    past = group_shares(before)
    moved = max(groups, key=lambda group: abs(groups[group] - past[group]))
    difference = groups[moved] - past[moved]
    if abs(difference) < NOTABLE:
        return f"{words}; about as five minutes ago."
    kind = "neutral" if moved is Group.NEUTRAL else moved
    return f"{words}; {'more' if difference > 0 else 'fewer'} {kind} expressions than five minutes ago."


def corrected(shares: Sequence[float], confusion: npt.ArrayLike) -> tuple[float, ...]:
    """Shares with the network's known mistakes taken out; `confusion` (7, 7) counts true rows, answered columns.

    With C the chance of each answer for each true expression, the shares s that best explain the observed o = C's are
    found by expectation maximisation, s <- s * C(o / C's), which keeps them shares: adjusted counting (Forman, 2008)
    without its negative numbers. It stops after `STEPS`, before it would fit noise.

    Raises:
        ValueError: a matrix that is not (7, 7), has negative counts, or a row without any.
    """
    if not shares:
        return ()
    counts = np.asarray(confusion, float)
    if counts.shape != (len(EMOTIONS), len(EMOTIONS)) or (counts < 0).any() or not counts.sum(axis=1).all():
        raise ValueError(f"expected a confusion matrix (7, 7) with a count in every row, got {counts.tolist()}")
    chances = counts / counts.sum(axis=1, keepdims=True)
    observed = np.asarray(shares, float)
    answer = np.full(len(EMOTIONS), 1 / len(EMOTIONS))
    for _ in range(STEPS):
        expected = np.maximum(chances.T @ answer, 1e-12)
        answer = answer * (chances @ (observed / expected))
    return tuple(float(v) for v in answer / answer.sum())
