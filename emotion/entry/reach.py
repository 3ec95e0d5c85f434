"""Whether others than this very machine could open the page."""

from collections.abc import Mapping

from emotion.api.entry import FORWARDED, hostname_of, is_loopback


def is_open_to_others(address: str | None, headers: Mapping[str, str]) -> bool:
    """`address` is what the server listens at (`None`: everywhere), `headers` those of the visit, names in any case.

    A server at loopback is open, too, where a proxy or a tunnel passes visitors on to it.
    """
    if address is None or not is_loopback(address):
        return True
    given = {name.lower(): value for name, value in headers.items()}
    if any(name in given for name in FORWARDED):
        return True
    return "host" in given and not is_loopback(hostname_of(f"//{given['host']}"))
