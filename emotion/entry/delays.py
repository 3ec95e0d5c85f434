"""Wrong passwords cost time: twice as much with each, for whoever sends them, and a bound for all together."""

import ipaddress
from collections import OrderedDict, deque

from starlette.requests import HTTPConnection

LONGEST_S = 300.0
FORGOTTEN_S = 3600.0
MOST_CLIENTS = 10_000
MOST_A_MINUTE = 60
"""Wrong passwords of all clients together: who has many addresses gets no further than with these."""


class Delays:
    """Failures of each client, in memory; `now` is any clock in seconds. For one event loop."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._latest: deque[float] = deque(maxlen=MOST_A_MINUTE)

    def __len__(self) -> int:
        return len(self._failures)

    def wait_s(self, client: str, now: float) -> float:
        """Seconds until this client may try again; 0 for at once."""
        count, last = self._failures.get(client, (0, now))
        own = min(2.0 ** min(count - 1, 20), LONGEST_S) - (now - last) if count else 0.0
        everyone = 60.0 - (now - self._latest[0]) if len(self._latest) == MOST_A_MINUTE else 0.0
        return max(own, everyone, 0.0)

    def failed(self, client: str, now: float) -> None:
        count, last = self._failures.pop(client, (0, now))
        self._failures[client] = ((count if now - last < FORGOTTEN_S else 0) + 1, now)
        self._latest.append(now)
        if len(self._failures) > MOST_CLIENTS:
            self._failures.popitem(last=False)

    def succeeded(self, client: str) -> None:
        self._failures.pop(client, None)


def client_of(connection: HTTPConnection) -> str:
    """Whose failures are counted together: an IPv4 address or an IPv6 network of 64 bits.

    The last address of `X-Forwarded-For` is believed only from a neighbour, which a proxy is: others could write there
    what they like.
    """
    peer = connection.client.host if connection.client else ""
    forwarded = connection.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    address = _address(peer)
    if forwarded and (address is None or address.is_private):
        address = _address(forwarded) or address
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address or peer)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped) or address
