"""Who may ask: whoever knows `API_TOKEN`, or, where none is set, programs of this very machine."""

import hmac
import ipaddress
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from emotion.problems import problem

FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
"""What proxies add: a request that came through one is not of this machine, though its last step may be."""
BEARER = 'Bearer realm="class-mood"'


def refusal(request: Request, token: str, setting: str = "API_TOKEN") -> Response | None:
    """Why this request gets no answer, or `None` where it may have one; `token` is the operator's, "" for none.

    `setting` is the variable that it comes from.

    401 without or with a wrong bearer token; 403 where none is set and the request is not of this machine.
    """
    if token:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        # Compared in constant time, whatever the scheme; bytes, as `compare_digest` refuses letters beyond ASCII.
        right = hmac.compare_digest(given.strip().encode(), token.encode())
        if scheme.lower() == "bearer" and right:
            return None
        wrong = ', error="invalid_token"' if given else ""
        return problem(
            HTTPStatus.UNAUTHORIZED,
            f"send the operator's {setting} as `Authorization: Bearer TOKEN`",
            {"WWW-Authenticate": BEARER + wrong},
        )
    if is_local(request):
        return None
    return problem(
        HTTPStatus.FORBIDDEN,
        f"without {setting} only programs of the app's own machine are answered: its operator can set one",
    )


def is_local(request: Request) -> bool:
    """Whether a request is of this machine: from loopback, to a loopback name, through no proxy, of no other site.

    The name is looked at because a stranger's page can have its own name lead to 127.0.0.1 (DNS rebinding).
    """
    if request.client is None or not is_loopback(request.client.host) or not is_direct(request.headers):
        return False
    origin = request.headers.get("origin")
    return origin is None or is_loopback(_hostname(origin))


def is_direct(headers: Mapping[str, str]) -> bool:
    """Whether these headers, names in lower case, came through no proxy and call this very machine by name."""
    if any(name in headers for name in FORWARDED):
        return False
    host = headers.get("host")
    return host is None or is_loopback(_hostname(f"//{host}"))


def _hostname(address: str) -> str:
    """The name or number of an address, "" for none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # half an IPv6 address
        return ""


def is_loopback(host: str) -> bool:
    """Whether this name or number always means the machine itself."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
