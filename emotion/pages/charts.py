"""Charts of the seven expressions: fixed order, one colour each, and the number beside every bar."""

from collections.abc import Mapping

import altair as alt
import streamlit as st

from emotion.labels import COLOURS, EMOTIONS, Emotion


def expression_bars(shares: Mapping[Emotion, float], alt_text: str, key: str) -> None:
    """Seven horizontal bars, 0-100 %, with their numbers; all zero when `shares` is empty."""
    rows = [{"expression": e.value, "share": shares.get(e, 0.0)} for e in EMOTIONS]
    order = [e.value for e in EMOTIONS]
    data = alt.Data(values=rows)  # type: ignore[no-untyped-call]
    base = alt.Chart(data).encode(
        y=alt.Y("expression:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8)),
        x=alt.X("share:Q", scale=alt.Scale(domain=[0, 1.18]), axis=None),
        tooltip=[alt.Tooltip("expression:N"), alt.Tooltip("share:Q", format=".1%")],
    )
    bars = base.mark_bar(cornerRadiusEnd=3).encode(
        color=alt.Color(
            "expression:N", scale=alt.Scale(domain=order, range=[COLOURS[e] for e in EMOTIONS]), legend=None
        )
    )
    # Streamlit's theme colours the axes, but not text that is a mark.
    ink = "#D0D0D6" if st.context.theme.type == "dark" else "#4A4A52"
    numbers = base.mark_text(align="left", dx=5, fontSize=12, color=ink).encode(text=alt.Text("share:Q", format=".0%"))
    st.altair_chart((bars + numbers).properties(height=210), width="stretch", key=key, alt=alt_text)


def in_words(shares: Mapping[Emotion, float]) -> str:
    """The shares as a sentence for screen readers, the largest first."""
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    return ", ".join(f"{emotion.value} {share:.0%}" for emotion, share in ranked)
