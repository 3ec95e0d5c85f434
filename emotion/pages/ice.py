"""Which ICE servers (STUN, TURN) the browser and our side of a stream use."""

import logging
from typing import Any

import streamlit as st
from streamlit_webrtc.credentials import get_available_ice_servers

from emotion import twilio
from emotion.settings import IceServer, Settings, for_server

logger = logging.getLogger(__name__)

FETCHED_S = 3600  # Cloudflare's and Twilio's credentials are asked for two hours
RETRIED_S = 60

Configuration = dict[str, list[IceServer]]


def configurations(settings: Settings) -> tuple[Configuration, Configuration]:
    """`RTCConfiguration` of the browser and of the server.

    `TURN_URL` or `STUN_URL` first, then Twilio's keys, then what streamlit-webrtc finds: Cloudflare's keys, Hugging
    Face's token, else a public STUN server. Whichever it is, our side gets one address, over TLS or TCP.
    """
    browser = settings.browser_ice() or {"iceServers": _fetched(settings)}
    return browser, {"iceServers": for_server(browser["iceServers"])}


def _fetched(settings: Settings) -> list[IceServer]:
    if settings.twilio:
        found = _from_twilio_or_not(*settings.twilio)
        if found is not None:
            return found
    servers: list[Any] = get_available_ice_servers()
    return [{**server} for server in servers]


@st.cache_data(ttl=RETRIED_S, show_spinner=False)
def _from_twilio_or_not(account_sid: str, auth_token: str) -> list[IceServer] | None:
    """`None` where it does not give any, for a minute: each run of each page would wait for it again."""
    try:
        return _from_twilio(account_sid, auth_token)
    except ValueError as error:  # a stream may still do without, the connection check will tell
        logger.warning("no relay from Twilio: %s", error)
        return None


@st.cache_data(ttl=FETCHED_S, show_spinner=False)
def _from_twilio(account_sid: str, auth_token: str) -> list[IceServer]:
    return twilio.ice_servers(account_sid, auth_token)
