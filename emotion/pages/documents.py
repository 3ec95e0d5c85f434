"""Texts for those who run the app and those in the picture: the files of `docs/` and the model card, on the page."""

from pathlib import Path

import streamlit as st

from emotion.settings import REPOSITORY

DOCUMENTS = {
    "Notice for participants": "docs/participant-notice.md",
    "Acceptable use": "docs/acceptable-use.md",
    "Data protection impact assessment": "docs/dpia-template.md",
    "Model card": "model/README.md",
}


def show() -> None:
    """Draw the choice, and the chosen text to read, to copy and to take away."""
    st.markdown("#### To hand out, to fill in, to look up")
    row = st.container(horizontal=True, vertical_alignment="bottom")
    chosen = row.selectbox("Read", [*DOCUMENTS], key="document", width=340)
    path = DOCUMENTS[chosen or "Model card"]
    text = read(path)
    row.download_button(
        "Markdown",
        text,
        f"{'model-card' if path.startswith('model') else Path(path).stem}.md",
        "text/markdown",
        icon=":material/download:",
        on_click="ignore",
        key="document-file",
    )
    with st.container(border=True):
        st.markdown(text)


def read(path: str) -> str:
    """A text of this repository, its headings small enough for a part of a page."""
    lines = (REPOSITORY / path).read_text(encoding="utf-8").splitlines()
    return "\n".join(f"###{line}" if line.startswith("#") else line for line in lines)
