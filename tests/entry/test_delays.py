"""How long who sends wrong passwords waits, and who that is."""

import pytest
from starlette.requests import HTTPConnection

from emotion.entry.delays import FORGOTTEN_S, LONGEST_S, MOST_A_MINUTE, MOST_CLIENTS, Delays, client_of


def test_each_failure_doubles_the_wait_up_to_a_bound_and_is_forgotten():
    delays, now, waits = Delays(), 0.0, []
    for _ in range(12):
        delays.failed("a", now)
        waits.append(delays.wait_s("a", now))
        now += waits[-1]
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == LONGEST_S
    delays.failed("a", now + FORGOTTEN_S)
    assert delays.wait_s("a", now + FORGOTTEN_S) == 1


def test_another_client_does_not_wait():
    delays = Delays()
    delays.failed("a", 0)
    assert delays.wait_s("b", 0) == 0


def test_many_addresses_together_have_a_bound():
    delays = Delays()
    for number in range(MOST_A_MINUTE):
        assert delays.wait_s(f"c{number}", 10) == 0
        delays.failed(f"c{number}", 10)
    assert delays.wait_s("new", 20) == 50
    assert delays.wait_s("new", 70) == 0


def test_memory_is_bounded():
    delays = Delays()
    for number in range(MOST_CLIENTS + 50):
        delays.failed(str(number), float(number))
    assert len(delays) == MOST_CLIENTS


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("8.8.8.8", "198.51.100.1", "8.8.8.8"),  # a stranger writes what it likes
        ("10.0.0.2", "9.9.9.9, 198.51.100.1", "198.51.100.1"),  # the proxy adds the last
        ("10.0.0.2", "nonsense", "10.0.0.2"),
        ("::ffff:198.51.100.1", "", "198.51.100.1"),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("", "198.51.100.1", "198.51.100.1"),
    ],
)
def test_a_client_is_its_address_or_network(peer, forwarded, client):
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {"type": "http", "headers": headers, "client": (peer, 1) if peer else None}
    assert client_of(HTTPConnection(scope)) == client
