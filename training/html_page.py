"""One self-contained HTML page of headings, text, tables and pictures; it opens without a network."""

import base64
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from emotion.files import write_text

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1f2933; }
img { max-width: 100%; height: auto; } table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid #d5dbe1; text-align: right; }
th:first-child, td:first-child { text-align: left; } figcaption { color: #52606d; font-size: .9rem; }
figure { margin: 1.5rem 0; }
@media (prefers-color-scheme: dark) { body { background: #0e1117; color: #e6eaee; } img { background: #fff; } }
"""


class HtmlPage:
    """Collects a page's parts in order; `save` writes it whole."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._parts = [f"<h1>{escape(title)}</h1>"]

    def heading(self, text: str) -> None:
        self._parts.append(f"<h2>{escape(text)}</h2>")

    def text(self, text: str) -> None:
        self._parts.append(f"<p>{escape(text)}</p>")

    def table(self, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        head = "".join(f"<th>{escape(name)}</th>" for name in header)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>" for row in rows
        )  # fmt: skip
        self._parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")

    def picture(self, png: Path, caption: str) -> None:
        """A PNG file, put into the page itself; `caption` is its text for those who cannot see it, too."""
        content = base64.b64encode(png.read_bytes()).decode()
        words = escape(caption, quote=True)
        self._parts.append(
            f'<figure><img alt="{words}" src="data:image/png;base64,{content}">'
            f"<figcaption>{words}</figcaption></figure>"
        )

    def save(self, path: Path) -> None:
        """Write the page as one UTF-8 file."""
        head = f'<meta charset="utf-8"><title>{escape(self._title)}</title><style>{STYLE}</style>'
        write_text(
            path,
            f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n'
            + "\n".join(self._parts)
            + "\n</body></html>\n",
        )
