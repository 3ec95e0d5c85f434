"""What must be read and accepted before any camera or window is asked for, and the question where the app is used."""

from enum import StrEnum

import streamlit as st

from emotion.card import ModelCard
from emotion.settings import Settings

KEY = "notice-answer"
"""Of `st.session_state`: the answer holds until the page is left or reloaded; no cookie remembers it."""


class Answer(StrEnum):
    """Where the app is used."""

    ELSEWHERE = "elsewhere"
    EU = "EU school or workplace"


JUST_ANSWERED = "notice-just-answered"
# On a phone the buttons are far below: the page that follows would begin in its middle.
_to_top = st.components.v2.component(
    "to_top",
    js="""export default function ({ parentElement }) {
        for (let at = parentElement; at; at = at.parentNode ?? at.host) if (at.scrollTo) at.scrollTo(0, 0);
    }""",
)
TEXT = """
**What it does.** It finds faces in pictures and guesses which of seven **expressions** each shows. An expression is not
a feeling, and says nothing about attention, ability or character: judge, grade or single out nobody by it.

**How often it is wrong.** {wrong}

**What is kept.** No picture. Only numbers of the whole class: in memory{drafts}, and as a saved lesson only if you
press *Save lesson*.

**Where it is forbidden.** In the **European Union**, inferring the emotions of people in schools and at work is
prohibited (AI Act, Art. 5(1)(f)), online classes included; nobody's consent changes that. Other countries have laws of
their own.

**Ask first.** Tell everyone in the picture, and let everyone say no without a disadvantage.
"""
CLOSED = """
**This part is closed for schools and workplaces in the EU.** The AI Act, Art. 5(1)(f), prohibits systems that infer
the emotions of people there, online classes included, medical and safety uses apart. Consent, averages over a class and
open source are no exceptions. So live camera, shared window, classroom camera and recordings are off here. *Photo*
stays open for single pictures outside of class, such as one of yourself.
"""


def accepted(card: ModelCard, settings: Settings) -> bool:
    """Whether this session has answered; draws the notice where it has not."""
    if st.session_state.get(KEY) is not None:
        place = st.empty()  # always there, or what follows would move, and with it a camera's frame begin anew
        if st.session_state.pop(JUST_ANSWERED, False):
            with place:
                _to_top(key="to-top")
        return True
    st.subheader("Before you start", anchor=False)
    drafts = " (a draft on the server for a day at most)" if settings.keep_drafts else ""
    st.markdown(TEXT.format(wrong=how_often_wrong(card), drafts=drafts))
    if settings.region:
        st.markdown("Whoever runs this app has set it up for the EU: only photos can be read here.")
        _button("I have read this", Answer.EU)
        return False
    st.markdown("**Is it for a school or a workplace in the EU?**")
    row = st.container(horizontal=True)
    with row:
        _button("No: accept and go on", Answer.ELSEWHERE)
        _button("Yes: photos only", Answer.EU, primary=False)
    st.caption("The answer holds until this page is left or reloaded.")
    return False


def is_closed(settings: Settings) -> bool:
    """Whether all that watches a class is off: by the operator's `REGION`, or by this session's answer."""
    return bool(settings.region) or st.session_state.get(KEY) != Answer.ELSEWHERE


def show_closed(settings: Settings) -> None:
    """In the place of what is closed: why, and what one can do."""
    st.warning(CLOSED, icon=":material/gavel:")
    if settings.region:
        st.caption("Set by whoever runs this app (`REGION=EU`).")
    else:
        st.caption("Answered by you at the start: reload the page to answer again.")


def how_often_wrong(card: ModelCard) -> str:
    """In words, from what the card measured on faces that nothing was chosen by."""
    told = card.metrics.get("PrivateTest", {})
    words = "In a class expect more mistakes: small, turned, covered or dark faces, children, glasses and masks."
    if not {"accuracy", "coverage", "claimed_accuracy"} <= told.keys():
        return f"Nobody measured this network on photographs set aside. {words}"
    wrong, named, wrongly_named = 1 - told["accuracy"], told["coverage"], 1 - told["claimed_accuracy"]
    return (
        f"On photographs set aside for testing it disagrees with the human label for **{wrong:.0%}** of the faces. It "
        f"names an expression for {named:.0%} of them, and **{wrongly_named:.0%}** of what it names is wrong; of the "
        f"others it says “unsure”. {words}"
    )


def _button(label: str, answer: Answer, primary: bool = True) -> None:
    st.button(
        label,
        type="primary" if primary else "secondary",
        key=f"notice-{answer.name.lower()}",
        on_click=_accept,
        args=(answer,),
    )


def _accept(answer: Answer) -> None:
    st.session_state[KEY] = answer
    st.session_state[JUST_ANSWERED] = True
