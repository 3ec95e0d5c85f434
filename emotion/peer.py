"""Our end of a connection check: answers a browser's WebRTC offer of a data channel, which carries no picture."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription

from emotion.settings import IceServer

MOST_AT_ONCE = 8
KEPT_S = 25.0
LONGEST_OFFER = 20_000


@dataclass(frozen=True, slots=True)
class Answer:
    """Our session description, empty where there is none, and whether a relay gave us an address.

    `problem` says in one word why there is no description: `busy`, or `offer` for one that cannot be used. A relay
    that refuses us or cannot be reached is no problem by itself: our other addresses may do.
    """

    sdp: str = ""
    relayed: bool = False
    problem: str = ""


class Answerer:
    """Holds the peers of checks until they are `KEPT_S` seconds old; for one event loop."""

    def __init__(self) -> None:
        self._peers: set[RTCPeerConnection] = set()

    async def answer(self, offer: str, servers: Iterable[IceServer]) -> Answer:
        """Answer an offer (SDP, candidates included), with our own candidates gathered by way of `servers`."""
        if len(self._peers) >= MOST_AT_ONCE:
            return Answer(problem="busy")
        if not offer.startswith("v=0") or len(offer) > LONGEST_OFFER or "m=application" not in offer:
            return Answer(problem="offer")
        peer = RTCPeerConnection(RTCConfiguration([_ice_server(server) for server in servers]))
        self._peers.add(peer)
        asyncio.get_running_loop().call_later(KEPT_S, lambda: asyncio.ensure_future(self._close(peer)))
        try:
            await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            await peer.setLocalDescription(await peer.createAnswer())
        except Exception:  # aiortc's parser trips over what is no offer in many ways, assertions among them
            await self._close(peer)
            return Answer(problem="offer")
        return Answer(peer.localDescription.sdp, relayed="typ relay" in peer.localDescription.sdp)

    async def _close(self, peer: RTCPeerConnection) -> None:
        if peer in self._peers:
            self._peers.discard(peer)
            await peer.close()


def _ice_server(server: IceServer) -> RTCIceServer:
    named = {name: str(server[name]) for name in ("username", "credential") if name in server}
    return RTCIceServer(urls=server["urls"], **named)
