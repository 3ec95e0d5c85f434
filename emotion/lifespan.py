"""From the server's start to its end: logs are set up first, and both moments are logged."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from emotion.logs import start_logs
from emotion.memory import collecting
from emotion.settings import Settings
from emotion.turns import switch_often

logger = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """What `st.App` enters when the server is about to answer, and leaves when it ends."""
    switch_often()
    start_logs(Settings.log_level_from_env())
    began = time.monotonic()
    logger.info("the server begins", extra={"fields": _settings()})
    try:
        with collecting():
            yield
    finally:
        logger.info("the server ends", extra={"fields": {"uptime_s": round(time.monotonic() - began, 1)}})


def _settings() -> dict[str, object]:
    """What helps to understand a log; nothing secret."""
    try:
        settings = Settings.from_env()
    except ValueError as error:
        return {"wrong_setting": str(error)}
    return {
        "model": settings.model.name,
        "log_level": settings.log_level,
        "database": settings.store_url().partition(":")[0],
        "drafts": settings.keep_drafts,
        "relay": bool(settings.turn_urls or settings.twilio),
    }
