"""When a question is asked, and when it is not."""

from emotion.tone_alert import FEWER, MORE, QUIET_S, SHOWN_S, ToneAlert
from tests.emotion.test_mood import windows

CALM = windows(0, 300, neutral=0.6, happy=0.3)
FELL = [*CALM, *windows(300, 360, neutral=0.4, sad=0.5)]
ROSE = [*CALM, *windows(300, 360, happy=0.8)]


def test_a_change_is_asked_about_and_for_a_minute():
    alert = ToneAlert()
    assert alert.question(CALM, 300) == ""
    assert alert.question(FELL, 360) == FEWER
    assert alert.question(FELL, 360 + SHOWN_S - 1) == FEWER
    assert alert.question(FELL, 360 + SHOWN_S) == ""
    assert ToneAlert().question(ROSE, 360) == MORE


def test_no_second_question_for_five_minutes():
    alert = ToneAlert()
    alert.question(FELL, 360)
    later = [*FELL, *windows(360, 420, happy=0.9)]
    assert alert.question(later, 420) == ""
    still = [*windows(330, 600, neutral=0.9), *windows(600, 660, sad=0.9)]
    assert alert.question(still, 360 + QUIET_S) == FEWER


def test_a_new_lesson_may_ask_again():
    alert = ToneAlert()
    alert.question([*windows(1000, 1300, happy=0.6), *windows(1300, 1360, sad=0.7)], 1360)
    assert alert.question(FELL, 360) == FEWER
