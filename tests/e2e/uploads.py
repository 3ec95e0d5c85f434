"""Give files to the uploader of the tab that is open."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

TRIES = 4


def give(page: Page, files: Sequence[Any]) -> None:
    """Like a person, who looks whether the file is there: an uploader that is being redrawn loses what it gets."""
    first = files[0]["name"] if isinstance(files[0], dict) else Path(files[0]).name
    tab = page.get_by_role("tabpanel")
    page.wait_for_timeout(1000)
    for tried in range(1, TRIES + 1):
        tab.locator("input[type=file]").set_input_files(list(files))
        try:
            expect(tab.get_by_text(first).first).to_be_visible(timeout=10_000)
            return
        except AssertionError:
            if tried == TRIES:
                raise
