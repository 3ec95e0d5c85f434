"""Our end of the connection check, against aiortc as the browser."""

import asyncio

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from emotion import peer
from emotion.peer import Answer, Answerer

NOWHERE = {"urls": ["turn:127.0.0.1:9?transport=tcp"], "username": "u", "credential": "p"}


async def browser() -> RTCPeerConnection:
    """A peer that has made its offer."""
    made = RTCPeerConnection(RTCConfiguration([]))
    made.createDataChannel("check")
    await made.setLocalDescription(await made.createOffer())
    return made


def test_an_offer_is_answered_so_that_the_channel_opens_and_is_closed_by_and_by(monkeypatch):
    monkeypatch.setattr(peer, "KEPT_S", 1.5)

    async def check() -> None:
        asking, answerer = await browser(), Answerer()
        ended = asyncio.Event()
        asking.on("connectionstatechange", lambda: ended.set() if asking.connectionState == "closed" else None)
        opened = asyncio.Event()
        channel = asking.createDataChannel("second")
        channel.on("open", opened.set)
        answer = await answerer.answer(asking.localDescription.sdp, [])
        assert answer.problem == ""
        assert not answer.relayed
        await asking.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        await asyncio.wait_for(opened.wait(), 20)
        await asyncio.wait_for(ended.wait(), 20)
        await asking.close()

    asyncio.run(check())


def test_a_relay_that_nobody_answers_at_is_told_with_the_answer():
    async def check() -> Answer:
        asking = await browser()
        answer = await Answerer().answer(asking.localDescription.sdp, [NOWHERE])
        await asking.close()
        return answer

    answer = asyncio.run(check())
    assert answer.sdp.startswith("v=0")
    assert not answer.relayed


@pytest.mark.parametrize(
    "offer",
    [
        "",
        "hello",
        "v=0\r\n",
        "v=0\r\nm=application",
        "v=0\r\nm=application 9 UDP/DTLS/SCTP x\r\na=candidate:1",
        "v=0" * 9999,
    ],
)
def test_what_is_no_offer_is_refused_and_holds_nothing(offer):
    async def check() -> Answer:
        answerer = Answerer()
        for _ in range(peer.MOST_AT_ONCE + 1):
            answer = await answerer.answer(offer, [])
        return answer

    assert asyncio.run(check()) == Answer(problem="offer")


def test_more_checks_than_the_bound_are_told_to_wait():
    async def check() -> list[str]:
        answerer, asking = Answerer(), await browser()
        offer = asking.localDescription.sdp
        told = [(await answerer.answer(offer, [])).problem for _ in range(peer.MOST_AT_ONCE + 1)]
        await asking.close()
        return told

    assert asyncio.run(check()) == [""] * peer.MOST_AT_ONCE + ["busy"]
