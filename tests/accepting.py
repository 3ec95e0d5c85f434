"""Accepting the page's notice, as who uses it must before anything else."""

from playwright.sync_api import Page
from streamlit.testing.v1 import AppTest

from emotion.pages.notice import KEY, Answer

ACCEPT = "No: accept and go on"


def accepted(app: AppTest, answer: Answer = Answer.ELSEWHERE) -> AppTest:
    """A runner whose session has answered already."""
    app.session_state[KEY] = answer
    return app


def accept(page: Page, button: str = ACCEPT) -> None:
    """Press the button in a browser, and wait for the tabs."""
    page.get_by_role("button", name=button).click(timeout=60_000)
    page.get_by_role("tab", name="Live").wait_for(timeout=60_000)
