"""Relay (TURN) credentials of a Twilio account, which its REST interface makes for an hour or more.

Twilio's own package brings ten others for this one request.
"""

import base64
import json
import urllib.error
import urllib.request
from urllib.parse import quote

from emotion.settings import IceServer

API = "https://api.twilio.com"
VALID_S = 7200
WITHIN_S = 10


def ice_servers(account_sid: str, auth_token: str, api: str = API) -> list[IceServer]:
    """STUN and TURN addresses with a username and a password that are valid for `VALID_S` seconds.

    Raises:
        ValueError: Twilio refused, did not answer within `WITHIN_S` seconds, or answered something else; the message
            holds neither the token nor the credentials.
    """
    key = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
    request = urllib.request.Request(
        f"{api}/2010-04-01/Accounts/{quote(account_sid, safe='')}/Tokens.json",
        data=f"Ttl={VALID_S}".encode(),
        headers={"Authorization": f"Basic {key}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
            listed = json.load(answer)["ice_servers"]
            return [_ice_server(server) for server in listed]
    except urllib.error.HTTPError as error:
        hint = ": check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN" if error.code in {401, 403, 404} else ""
        raise ValueError(f"Twilio answered {error.code}{hint}") from None
    except OSError as error:
        raise ValueError(f"Twilio cannot be reached ({error})") from None
    except (ValueError, TypeError, KeyError):
        raise ValueError("Twilio answered no list of ICE servers") from None


def _ice_server(told: dict[str, str]) -> IceServer:
    """`urls` and credentials only: Twilio also sends `url`, which browsers do not want any more."""
    names = ("urls", "username", "credential")
    return {"urls": told["urls"], **{name: told[name] for name in names[1:] if told.get(name)}}
