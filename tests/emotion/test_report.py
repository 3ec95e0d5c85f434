"""The report of a lesson: whole, self-contained, and true to its numbers."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from emotion.card import ModelCard
from emotion.lesson import Lesson, Marker
from emotion.mood import Group
from emotion.report import lesson_html
from emotion.settings import DEFAULT_MODEL
from emotion.shifts import APART_S, LEAST_SHIFT, largest_shifts, parts
from tests.emotion.test_mood import windows

CARD = ModelCard.load(DEFAULT_MODEL.with_suffix(".json"))
CHANGED = (*windows(0, 300, neutral=0.7, happy=0.2), *windows(300, 600, happy=0.6, neutral=0.3))
LESSON = Lesson(
    "Fractions <7b>",
    datetime(2026, 11, 27, 9, 30, tzinfo=UTC),
    None,
    "camera",
    CARD.name,
    CHANGED,
    (Marker(300.0, "Quiz & game"), Marker(450.0, "New topic")),
)


class Checked(HTMLParser):
    """Collects every reference to something outside, and whether tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.open: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.outside += [value for name, value in attrs if name in {"src", "href", "action", "data"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_it_is_whole_and_needs_nothing_from_outside():
    page = lesson_html(LESSON, CARD)
    checked = Checked()
    checked.feed(page)
    assert checked.open == []
    assert checked.outside == []
    assert "script" not in checked.tags
    assert not re.search(r"https?://|@import|url\((?!#)", page)


def test_it_tells_the_lesson():
    page = lesson_html(LESSON, CARD)
    assert "Fractions &lt;7b&gt;" in page
    assert "<7b>" not in page
    assert "27 November 2026, 09:30 UTC, 10:00 long, from a camera" in page
    assert "more smile-like expressions" in page
    assert "1 Quiz &amp; game (5:00); 2 New topic (7:30)" in page
    assert "100% of the time was counted. In a picture 22.0 faces were seen and 20.0" in page
    assert f"{CARD.metrics['PrivateTest']['accuracy']:.1%} of FER-2013" in page
    assert "not a feeling" in page


def test_another_network_s_accuracy_is_not_told():
    assert "of FER-2013" not in lesson_html(replace(LESSON, model="another"), CARD)
    *first, last = CHANGED
    changed = lesson_html(replace(LESSON, windows=(*first, replace(last, model="another"))), CARD)
    assert f"Network {CARD.name}, then another." in changed
    assert "of FER-2013" not in changed


def test_a_lesson_without_windows_or_markers_is_a_page_too():
    page = lesson_html(replace(LESSON, windows=(), markers=()), CARD)
    assert "No picture was counted." in page
    assert "From marker to marker" not in page
    assert "From marker to marker" not in lesson_html(replace(LESSON, markers=()), CARD)


def test_the_largest_shift_is_where_the_class_changed():
    first, *others = largest_shifts(CHANGED)
    assert first.at_s == 300
    assert first.group in {Group.SMILE, Group.NEUTRAL}
    assert abs(first.change) == pytest.approx(0.4, abs=0.02)
    assert all(abs(a.at_s - b.at_s) >= APART_S for a in [first, *others] for b in [first, *others] if a is not b)
    assert largest_shifts(windows(0, 600, neutral=0.7)) == []
    assert all(abs(shift.change) >= LEAST_SHIFT for shift in others)


def test_parts_go_from_marker_to_marker():
    start, quiz, topic = parts(LESSON)
    assert (start.name, start.since_s, start.until_s) == ("Start", 0, 300)
    assert (quiz.name, topic.until_s) == ("Quiz & game", 600)
    assert start.shares[Group.SMILE] == pytest.approx(0.2)
    assert quiz.shares[Group.SMILE] == topic.shares[Group.SMILE] == pytest.approx(0.6)
    assert parts(replace(LESSON, windows=())) == []
