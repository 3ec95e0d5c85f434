"""A stream outlives a time in which nobody has a moment to answer its browser's checks, or ours."""

import asyncio

import aioice
import aioice.ice
import aioice.stun
import pytest

from emotion.pages import consent

USUAL = aioice.ice.CONSENT_FAILURES


async def outlives(misses: int) -> bool:
    """Whether a connection lives on after its other end left so many checks in a row unanswered, and answers again."""
    ours, theirs = (
        aioice.Connection(ice_controlling=controlling, use_ipv6=False, stun_server=None)
        for controlling in (True, False)
    )
    for one in (ours, theirs):
        await one.gather_candidates()
    for one, other in ((ours, theirs), (theirs, ours)):
        for candidate in other.local_candidates:
            await one.add_remote_candidate(candidate)
        await one.add_remote_candidate(None)
        one.remote_username, one.remote_password = other.local_username, other.local_password
    await asyncio.gather(ours.connect(), theirs.connect())
    try:
        answer, seen = theirs.request_received, 0

        def busy(*request: object) -> None:
            nonlocal seen
            seen += 1
            if seen > misses:
                answer(*request)

        theirs.request_received = busy
        while seen < misses + 4 and ours._query_consent_task is not None:
            await asyncio.sleep(0.01)
        return ours._query_consent_task is not None
    finally:
        await ours.close()
        await theirs.close()


@pytest.mark.parametrize(("misses", "lives"), [(0, True), (consent.MISSES - 4, True), (consent.MISSES + 4, False)])
def test_a_stream_ends_only_if_its_browser_is_long_silent(monkeypatch, misses, lives):
    monkeypatch.setattr(aioice.ice, "CONSENT_INTERVAL", 0.02)
    monkeypatch.setattr(aioice.stun, "RETRY_RTO", 0.1)
    monkeypatch.setattr(aioice.ice, "CONSENT_FAILURES", USUAL)
    consent.wait_longer()
    assert asyncio.run(asyncio.wait_for(outlives(misses), 60)) is lives


def test_without_it_a_busy_half_minute_would_end_the_stream(monkeypatch):
    monkeypatch.setattr(aioice.ice, "CONSENT_INTERVAL", 0.02)
    monkeypatch.setattr(aioice.stun, "RETRY_RTO", 0.1)
    monkeypatch.setattr(aioice.ice, "CONSENT_FAILURES", 6)
    assert not asyncio.run(asyncio.wait_for(outlives(consent.MISSES - 4), 60))
