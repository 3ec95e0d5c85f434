"""Signing in with an account of others (OpenID Connect), as Streamlit does it: who that is, for the app's door.

Streamlit itself looks at its cookie on the page alone, and lets everybody see that page. The door (`emotion.entry`)
must know the same before it answers anything, so Streamlit's own functions, undocumented ones, read the cookie here.
"""

import json
import math
import time
from collections.abc import Callable, Mapping

import streamlit as st
from starlette.requests import HTTPConnection
from streamlit.auth_util import get_origin_from_redirect_uri, get_secrets_auth_section
from streamlit.errors import StreamlitSecretNotFoundError
from streamlit.runtime.secrets import secrets_singleton
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

MISSING_FOR_S = 1.0
"""How long secrets are taken to be missing where none were found."""


class StreamlitAccount:
    """What `[auth]` in Streamlit's secrets configures; follows `emotion.entry.guard.Account`.

    Every request and every message of a page asks. Without a file of secrets Streamlit would look for one each time:
    under load that was a sixth of what the server's loop did (py-spy, four cameras and 50 programs).
    """

    paths = frozenset({"/auth/login", "/auth/logout", "/oauth2callback"})
    sign_out = "/auth/logout"

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._missing_until = -math.inf

    def is_configured(self) -> bool:
        """Streamlit's own function would take secrets that it cannot read for none at all, and so open the door."""
        now = self._clock()
        if now < self._missing_until:
            return False
        try:
            # Waits where the file changed and is being read again: its values are out of the environment meanwhile.
            secrets_singleton._parse()
        except StreamlitSecretNotFoundError as error:
            if error.error_id != "no-secrets-found":
                raise ValueError(f"Streamlit's secrets cannot be read: {error}") from error
            self._missing_until = now + MISSING_FOR_S
            return False
        except OSError as error:
            raise ValueError(f"Streamlit's secrets cannot be read: {error}") from error
        return bool(get_secrets_auth_section())

    def user(self, connection: HTTPConnection) -> str | None:
        """The address in a cookie that was signed here for this app's own origin, "" where it holds none."""
        signed = _get_signed_cookie_with_chunks(connection.cookies, USER_COOKIE_NAME)
        try:
            told = json.loads(signed or b"{}")
        except ValueError:
            return None
        if not told.get("is_logged_in") or told.get("origin") != get_origin_from_redirect_uri():
            return None
        if told.get("email_verified") is False:  # anybody may have written this address
            return ""
        return str(told.get("email") or told.get("preferred_username") or "")

    def sign_in(self) -> list[tuple[str, str]]:
        """Each provider's name, "" for the only one, and the address that leads to it."""
        section = get_secrets_auth_section()
        named = [name for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value]
        default = [("", "default")] if section.get("client_id") else []
        providers = default + [(name, name) for name in named]
        return [(shown, generate_login_redirect_url(name)) for shown, name in providers]


def signed_in_as() -> str:
    """The account of this page, "" for none."""
    user = st.user.to_dict() if hasattr(st.user, "to_dict") else {}
    return str(user.get("email") or user.get("name") or "") if user.get("is_logged_in") else ""
