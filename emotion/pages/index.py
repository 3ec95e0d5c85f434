"""The HTML into which Streamlit draws the page."""

from pathlib import Path

import streamlit


def index_html() -> str:
    """As it is installed; its scripts are what a browser may run of it."""
    return (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
