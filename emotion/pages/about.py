"""The about tab: what the numbers mean, how often they are wrong, where the law forbids their use."""

import streamlit as st

from emotion.card import ModelCard

TEXT = """
#### What this can and cannot tell
The app reads **expressions**, not feelings. A smile-like expression may be politeness; people show the face one expects
of an emotion in only about 13 to 23 % of the cases in which they feel it. It says nothing about attention, ability or
character, so do not use it to judge, grade or single out anyone. Glasses, masks, turned heads, darkness and small
pictures make it worse, and it was trained on photographs from the web that do not show all people equally.

#### Where it must not be used
- **European Union**: the AI Act, Art. 5(1)(f), forbids inferring the emotions of people in schools and workplaces
  (medical and safety uses apart). Online classes are included; consent, averaging and open source are no exceptions.
- **India**: the DPDP Act, s. 9(3), bars behavioural monitoring of under-18s (educational institutions have an
  exemption).
- **Illinois**: BIPA requires written consent beforehand.

Elsewhere: tell everyone, ask everyone, and let everyone say no. This is no legal advice.

#### What is kept
No picture. Pictures are read in memory and forgotten, and no face is recognised or remembered. Of a lesson there are,
for every five seconds, the shares of the seven expressions, the share of unsure faces and how many faces were seen;
besides those your markers. No number is kept of a single face.
- **In memory** as long as the page is open, or until you erase the lesson.
- **A draft** of these numbers on the server until you save or erase the lesson, and for a day at most, so that a crash
  costs nothing. The end of this page's address is the key to it. Whoever runs the app can turn drafts off.
- **Saved** only if you press *Save lesson*, until you delete it under *Lessons*. Everyone who can open this page sees
  saved lessons, so name no person in a title or a marker.
"""


def show(card: ModelCard) -> None:
    """Draw the tab."""
    st.markdown(TEXT)
    told = card.metrics.get("PrivateTest", {})
    if "accuracy" in told:
        without_copies = told.get("accuracy_without_copies")
        seen = (
            f" ({without_copies:.1%} without the {told['copies_in_training']} it had learnt from)"
            if without_copies is not None
            else ""
        )
        st.markdown(
            "#### How often it is wrong\nOn FER-2013's PrivateTest, photographs set aside for testing, the network "
            f"agrees with the human label for **{told['accuracy']:.1%}** of the faces{seen}; people agree with it for "
            "65 ± 5 %."
        )
    st.caption(f"Model {card.name}; below a probability of {card.unsure_below:.0%} a face says “unsure”.")
