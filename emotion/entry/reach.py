"""Whether others than this very machine could open the page."""

from collections.abc import Mapping

from emotion.api.entry import is_direct, is_loopback


def is_open_to_others(address: str | None, headers: Mapping[str, str]) -> bool:
    """`address` is what the server listens at (`None`: everywhere), `headers` those of the visit, names in any case.

    A server at loopback is open, too, where a proxy or a tunnel passes visitors on to it.
    """
    given = {name.lower(): value for name, value in headers.items()}
    return address is None or not is_loopback(address) or not is_direct(given)
