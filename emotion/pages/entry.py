"""What the page says of who gets in: a warning where everybody does, and the way out for who signed in."""

import streamlit as st

from emotion.entry.reach import is_open_to_others
from emotion.pages.account import StreamlitAccount, signed_in_as
from emotion.settings import Settings

# A link of our own: Streamlit's would open a tab beside the page, which would then not know what happened to it.
_sign_out_link = st.components.v2.component(
    "sign_out_link",
    html='<a href="sign-out">Sign out</a>',
    css="a { color: var(--st-link-color); font: var(--st-base-font-size) var(--st-font); }",
)


def show(settings: Settings) -> None:
    """Draw what there is to say; on a laptop that nobody else reaches that is nothing."""
    if StreamlitAccount().is_configured():
        st.caption(f"Signed in as {signed_in_as() or 'somebody'}")
        st.button("Sign out", on_click=st.logout, type="tertiary", key="sign-out")
    elif settings.app_password:
        _sign_out_link(key="sign-out")
    elif is_open_to_others(st.get_option("server.address"), st.context.headers):
        st.warning(
            "Everyone who reaches this address can use this app and sees saved lessons. Whoever runs it can set "
            "`APP_PASSWORD`, or sign-in with accounts; on a computer of your own, start it with "
            "`--server.address=localhost`.",
            icon=":material/lock_open:",
        )
