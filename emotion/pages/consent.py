"""How long a stream may wait for a sign of its browser, before it is ended."""

import aioice.ice

MISSES = 24
"""Of checks every five seconds, so two minutes. aioice ends a stream after six, and takes an answer after half a second
for a miss: on a machine that is busy for half a minute all streams ended, whose browsers were there and answered (50
programs beside four cameras, `python -m tests.benchmarks.load`). A page that is closed ends its stream otherwise."""


def wait_longer() -> None:
    """Let all streams that begin or go on from now wait so long; it is one number for a process."""
    aioice.ice.CONSENT_FAILURES = MISSES
