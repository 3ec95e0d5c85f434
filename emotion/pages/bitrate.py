"""How much a browser may spend on the picture that it sends."""

from aiortc.codecs import CODECS

START_KBIT_PER_S, MOST_KBIT_PER_S = 2000, 3000
"""Chromium begins at 300 and blurs small faces for as long as it feels its way up; `tests/e2e/test_class.py` finds two
faces more of 25 so."""


def allow_sharp_pictures() -> None:
    """Ask for more bits in every answer to a browser: VP8's parameters that Chromium heeds and others ignore.

    It is about what the answers say of this server's codec, which aiortc keeps in one list: once a process is enough.
    """
    for codec in CODECS["video"]:
        if codec.mimeType == "video/VP8":
            codec.parameters = {
                "x-google-start-bitrate": str(START_KBIT_PER_S),
                "x-google-max-bitrate": str(MOST_KBIT_PER_S),
            }
