"""A lesson as one HTML page that needs nothing else: no network, no script, no picture of anybody."""

from collections.abc import Sequence
from html import escape

from emotion.card import ModelCard
from emotion.lesson import WINDOW_S, Lesson
from emotion.mood import GROUP_COLOURS, Group
from emotion.series import Point, clock, points
from emotion.shifts import largest_shifts, parts

WIDTH, HEIGHT, LEFT, TOP = 900, 240, 44, 26
TICKS = 6
STYLE = """
:root{color-scheme:light dark;--ink:#22222a;--quiet:#5c5c68;--line:#d9d9e0;--page:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e8e8ee;--quiet:#a6a6b2;--line:#3a3a44;--page:#14161c}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page)}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}p.quiet,td.quiet,figcaption{color:var(--quiet)}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line)}
td.n,th.n{text-align:right}svg{width:100%;height:auto}figure{margin:0}
@media print{body{margin:0;font-size:12px}h2{break-after:avoid}tr,figure{break-inside:avoid}}
"""
CANNOT_TELL = """An expression is not a feeling: people show the face one expects of an emotion in about 13 to 23 % of
the cases in which they feel it. These numbers say nothing about attention, ability or character, and nothing about any
single person. Glasses, masks, turned heads, darkness and small pictures make them worse. In the European Union the AI
Act forbids inferring the emotions of people in schools and at work; elsewhere, tell everyone and ask everyone first."""


def lesson_html(lesson: Lesson, card: ModelCard) -> str:
    """The page, UTF-8: timeline with markers, largest shifts, parts between markers, coverage, limits, model."""
    title = escape(lesson.title or "Lesson")
    length = lesson.length_s
    found = points(lesson.windows)
    sections = [
        f"<h1>{title}</h1><p class=quiet>{lesson.started:%d %B %Y, %H:%M %Z}, {clock(length)} long, "
        f"from a {escape(lesson.source)}</p>",
        f"<h2>Expressions over time</h2>{_figure(found, lesson, length)}"
        if found
        else "<p>No picture was counted.</p>",
        _shifts(lesson),
        _parts(lesson),
        _coverage(lesson, length),
        f"<h2>What this can and cannot tell</h2><p>{CANNOT_TELL}</p>",
        _model(lesson, card),
    ]
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body>{''.join(sections)}</body></html>\n"
    )


def _figure(found: Sequence[Point], lesson: Lesson, length: float) -> str:
    """The stacked shares as an SVG, unsure hatched, gaps left out, markers as dashed lines."""
    scale = (WIDTH - LEFT) / max(length, 1.0)
    shapes = []
    for point in found:
        x, width = LEFT + point.start_s * scale, (point.end_s - point.start_s) * scale + 0.2
        low = 0.0
        for group in Group:
            share = point.shares.get(str(group), 0.0) * (1 - point.unsure)
            shapes.append(_bar(x, width, low, share, GROUP_COLOURS[group]))
            low += share
        shapes.append(_bar(x, width, low, point.unsure, "url(#unsure)"))
    for share in (0, 0.5, 1):
        y = TOP + HEIGHT * (1 - share)
        shapes.append(f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{share:.0%}</text>')
    for tick in range(TICKS):
        at = length * tick / (TICKS - 1)
        anchor = "start" if tick == 0 else "end" if tick == TICKS - 1 else "middle"
        x = LEFT + at * scale
        shapes.append(f'<text x="{x:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="{anchor}">{clock(at)}</text>')
    for number, marker in enumerate(lesson.markers, start=1):
        x = LEFT + marker.at_s * scale
        line = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{TOP + HEIGHT}" class="mark"/>'
        shapes.append(f'{line}<text x="{x + 3:.1f}" y="{TOP - 10}">{number}</text>')
    key = "".join(
        f'<rect x="{LEFT + 150 * n}" y="{TOP + HEIGHT + 32}" width="12" height="12" fill="{colour}"/>'
        f'<text x="{LEFT + 150 * n + 18}" y="{TOP + HEIGHT + 42}">{name}</text>'
        for n, (name, colour) in enumerate([*GROUP_COLOURS.items(), ("unsure", "url(#unsure)")])
    )
    markers = "; ".join(f"{n} {escape(m.text)} ({clock(m.at_s)})" for n, m in enumerate(lesson.markers, start=1))
    told = f"<figcaption>{markers}</figcaption>" if markers else ""
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {TOP + HEIGHT + 52}" role="img" aria-label="Expressions over time">'
        "<style>text{font:12px system-ui,sans-serif;fill:var(--ink)}"
        ".mark{stroke:var(--ink);stroke-dasharray:4 3}</style>"
        '<defs><pattern id="unsure" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="2.5" height="7" fill="#8a8a94" opacity=".6"/></pattern></defs>'
        f"{''.join(shapes)}{key}</svg>{told}</figure>"
    )


def _bar(x: float, width: float, low: float, share: float, fill: str) -> str:
    y = TOP + HEIGHT * (1 - low - share)
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{HEIGHT * share:.1f}" fill="{fill}"/>'


def _shifts(lesson: Lesson) -> str:
    rows = [
        f"<tr><td>{clock(s.at_s)}</td><td>{'more' if s.change > 0 else 'fewer'} {s.group} expressions</td>"
        f"<td class=n>{100 * s.change:+.0f} points</td></tr>"
        for s in largest_shifts(lesson.windows)
    ]
    body = f"<table>{''.join(rows)}</table>" if rows else "<p>No share changed much from one minute to the next.</p>"
    return f"<h2>Largest shifts</h2>{body}<p class=quiet>The minute after against the minute before.</p>"


def _parts(lesson: Lesson) -> str:
    if not lesson.markers:
        return ""
    head = "".join(f"<th class=n>{group}</th>" for group in Group)
    rows = []
    for part in parts(lesson):
        shares = "".join(
            f"<td class=n>{part.shares[g]:.0%}</td>" if part.shares else "<td class=n>-</td>" for g in Group
        )
        span = f"{clock(part.since_s)}-{clock(part.until_s)}"
        rows.append(f"<tr><td>{escape(part.name)}</td><td class=quiet>{span}</td>{shares}</tr>")
    return f"<h2>From marker to marker</h2><table><tr><th>from</th><th></th>{head}</tr>{''.join(rows)}</table>"


def _coverage(lesson: Lesson, length: float) -> str:
    windows = lesson.windows
    if not windows:
        return ""
    seen = sum(w.faces_seen for w in windows) / len(windows)
    readable = sum(w.faces_readable for w in windows) / len(windows)
    total = sum(w.faces_seen for w in windows)
    unsure = sum(w.unsure * w.faces_seen for w in windows) / total if total else 0.0
    counted = len(windows) * WINDOW_S / length
    return (
        f"<h2>Coverage</h2><p>{counted:.0%} of the time was counted. In a picture {seen:.1f} faces were seen and "
        f"{readable:.1f} of them were large, sharp and light enough to be read; {unsure:.0%} of the faces seen name no "
        "expression. Students who were not in the picture, or turned away, are in none of these numbers.</p>"
    )


def _model(lesson: Lesson, card: ModelCard) -> str:
    names = [*dict.fromkeys([w.model or lesson.model for w in lesson.windows] or [lesson.model])]
    accuracy = card.metrics.get("PrivateTest", {}).get("accuracy") if names == [card.name] else None
    told = f" It agrees with the human label for {accuracy:.1%} of FER-2013's PrivateTest faces." if accuracy else ""
    return (
        "<h2>How it was made</h2><p>Shares are soft votes: the mean calibrated probability of each expression over "
        f"the readable faces, in windows of {WINDOW_S:.0f} seconds. Smile-like is happy; surprise-like is surprise; "
        f"negative-like is angry, disgust, fear and sad. Network {escape(', then '.join(names))}.{told}</p>"
    )
