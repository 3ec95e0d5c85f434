import asyncio

from aiortc import RTCPeerConnection

from emotion.pages.bitrate import MOST_KBIT_PER_S, START_KBIT_PER_S, allow_sharp_pictures


async def answer_to_a_browser() -> str:
    """The SDP with which this server answers one that offers to send a picture, as a browser does."""
    browser, server = RTCPeerConnection(), RTCPeerConnection()
    try:
        browser.addTransceiver("video", direction="sendonly")
        await browser.setLocalDescription(await browser.createOffer())
        await server.setRemoteDescription(browser.localDescription)
        await server.setLocalDescription(await server.createAnswer())
        return server.localDescription.sdp
    finally:
        await browser.close()
        await server.close()


def test_answers_allow_enough_bits_for_small_faces():
    for _ in range(2):  # once a rerun of the page
        allow_sharp_pictures()
    sdp = asyncio.run(answer_to_a_browser())
    vp8 = next(line for line in sdp.splitlines() if line.startswith("a=rtpmap:") and "VP8" in line)
    number = vp8.removeprefix("a=rtpmap:").split()[0]
    told = [line for line in sdp.splitlines() if line.startswith(f"a=fmtp:{number} ")]
    assert told == [f"a=fmtp:{number} x-google-start-bitrate={START_KBIT_PER_S};x-google-max-bitrate={MOST_KBIT_PER_S}"]
