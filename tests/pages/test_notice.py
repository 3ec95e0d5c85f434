"""The notice before anything else, in Streamlit's own test runner."""

from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from emotion.card import ModelCard
from emotion.pages import documents
from emotion.pages.notice import KEY, how_often_wrong
from emotion.settings import REPOSITORY
from tests.accepting import accepted

MEASURED = {"accuracy": 0.6957, "coverage": 0.6055, "claimed_accuracy": 0.856}
TABS = ["Live", "Lessons", "Recording", "Photo", "About"]


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setenv("STUN_URL", "none")
    monkeypatch.delenv("REGION", raising=False)
    monkeypatch.delenv("APP_PASSWORD", raising=False)
    with patch("streamlit_webrtc.component.get_this_session_info", lambda: None):
        yield AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=30)


def words(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.warning])


def tabs(app: AppTest) -> list[str]:
    return [tab.label.split(": ")[-1] for tab in app.tabs]


def test_nothing_but_the_notice_is_there_before_it_is_answered(page):
    page.run()
    assert not page.exception
    assert (tabs(page), page.subheader[0].value) == ([], "Before you start")
    for part in ("disagrees with the human label", "No picture.", "Art. 5(1)(f)", "Is it for a school"):
        assert part in words(page)
    assert [button.label for button in page.button] == ["No: accept and go on", "Yes: photos only"]
    for key in ("transformer", "screen", "room"):
        assert key not in page.session_state


def test_accepting_opens_all(page):
    page.run()
    page.button(key="notice-elsewhere").click().run()
    assert not page.exception
    assert tabs(page) == TABS
    assert "transformer" in page.session_state
    assert "closed" not in words(page)


def closed(app: AppTest) -> None:
    assert not app.exception
    assert tabs(app) == TABS
    assert [warning.value.count("Art. 5(1)(f)") for warning in app.warning if "closed" in warning.value] == [1, 1]
    for key in ("transformer", "screen", "room"):
        assert key not in app.session_state
    keys = {element.key for element in [*app.button, *app.segmented_control]}
    assert "photo-source" in keys
    assert not keys & {"source", "recording-begin", "room-start", "screen-rate"}


def test_an_eu_school_or_workplace_gets_photos_only(page, monkeypatch):
    monkeypatch.setenv("CAMERA_URL", "rtsp://room")
    page.run()
    page.button(key="notice-eu").click().run()
    closed(page)
    assert "reload the page to answer again" in words(page)


def test_the_operators_region_closes_whatever_was_answered(page, monkeypatch):
    monkeypatch.setenv("REGION", "eu")
    page.run()
    assert [button.label for button in page.button] == ["I have read this"]
    page.button(key="notice-eu").click().run()
    closed(page)
    assert "`REGION=EU`" in words(page)
    page.session_state[KEY] = "elsewhere"
    closed(page.run())


def test_who_could_be_reached_by_others_is_warned(page, monkeypatch):
    assert "Everyone who reaches this address" in words(page.run())  # the runner's address: everywhere
    monkeypatch.setenv("APP_PASSWORD", "correct horse")
    assert "Everyone who reaches this address" not in words(page.run())
    monkeypatch.delenv("APP_PASSWORD")
    with patch("streamlit.get_option", lambda name: "localhost"):
        assert "Everyone who reaches this address" not in words(page.run())


def test_a_password_too_short_is_told_without_it(page, monkeypatch):
    monkeypatch.setenv("APP_PASSWORD", "hunter2")
    page.run()
    assert page.error[0].value.endswith("APP_PASSWORD must have at least 8 characters, got 7")


def test_how_often_it_is_wrong_is_the_cards():
    told = how_often_wrong(ModelCard("network", metrics={"PrivateTest": MEASURED}))
    assert "**30%** of the faces" in told
    assert "names an expression for 61% of them, and **14%** of what it names is wrong" in told
    assert "Nobody measured" in how_often_wrong(ModelCard("network"))


@pytest.mark.parametrize("title", documents.DOCUMENTS)
def test_every_document_can_be_read_and_taken_away(title):
    def show_documents():
        from emotion.pages import documents

        documents.show()

    app = AppTest.from_function(show_documents)
    app.run(timeout=20)
    app.selectbox(key="document").select(title).run()
    assert not app.exception
    (heading,) = [
        text.value for text in app.markdown if text.value.startswith("#### ") and "hand out" not in text.value
    ]
    assert len(heading) > 1000


def test_a_closed_page_begins_with_photos(page):
    accepted(page, "EU school or workplace").run()
    assert "Give a **photo**" in words(page)
