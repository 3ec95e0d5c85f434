"""The one place that sets up logs: lines of JSON on stderr, from `LOG_LEVEL` on, without pictures and passwords.

What a caller adds with `extra={"fields": {...}}` becomes fields of the line.
"""

import ipaddress
import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

LONGEST = 4_000
"""Letters of one field: what is longer is cut, so that no content of a file can stand in a log."""
PASSWORD = re.compile(r"(?<=://)[^/\s@]+@")
ADDRESS = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|(?<![\w:])[0-9a-fA-F:]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*"
)
BYTES = re.compile(r"""\bb(['"])(?:\\.|(?!\1).){32,}?\1""")
TOKEN = re.compile(r"(?<=/api/screen/)[\w-]+|(?<=[?&]lesson=)[\w-]+|(?<=Bearer )\S+")
OURS = "emotion"


class JsonLines(logging.Formatter):
    """One record as one line: time (UTC), level, logger, message, the caller's fields, and a failure's traceback."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _clean(_message(record)),
        }
        fields = getattr(record, "fields", {})
        told |= {
            name: value if isinstance(value, int | float) else _clean(_short(value)) for name, value in fields.items()
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = _clean("".join(traceback.format_exception(record.exc_info[1])))
        return json.dumps(told, ensure_ascii=False, allow_nan=False, default=str)


def start_logs(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Write our records from `level` on, and warnings of all others, to `stream` (stderr); may be called again.

    Libraries stay at warnings whatever `level` is: at their finer levels they name the addresses of browsers.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    handler.name = "emotion.logs"
    root = logging.getLogger()
    root.handlers = [other for other in root.handlers if other.name != handler.name]
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)
    for logger in [*logging.root.manager.loggerDict.values()]:
        if isinstance(logger, logging.Logger) and not logger.propagate:
            _take_in(logger, handler)


def _take_in(logger: logging.Logger, handler: logging.Handler) -> None:
    """A library's logger that passes nothing on: Streamlit and uvicorn have such, some without a handler at all."""
    logger.handlers = [own for own in logger.handlers if own.name != handler.name]
    for own in logger.handlers:
        if type(own) is logging.StreamHandler:
            own.setFormatter(JsonLines())
    if not logger.handlers:
        logger.addHandler(handler)
    logger.setLevel(max(logger.level, logging.WARNING))


def _message(record: logging.LogRecord) -> str:
    """The message with its values, of which pictures and bytes are told by their size only."""
    if not isinstance(record.args, tuple):
        return record.getMessage()
    try:
        return str(record.msg) % tuple(_short(value) for value in record.args) if record.args else str(record.msg)
    except (TypeError, ValueError):
        return f"{record.msg} (its values do not fit)"


def _short(value: object) -> object:
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    shape = getattr(value, "shape", None)
    return value if shape is None else f"<array {shape}>"


def _hidden(found: re.Match[str]) -> str:
    """A stranger's address as a word; our own machine's, and a time of the day, stay."""
    try:
        address = ipaddress.ip_address(found[0])
    except ValueError:
        return found[0]
    return found[0] if address.is_loopback or address.is_unspecified else "<address>"


def _clean(value: object) -> str:
    text = PASSWORD.sub("***@", TOKEN.sub("***", ADDRESS.sub(_hidden, BYTES.sub("<bytes>", str(value)))))
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} ... {text[-LONGEST // 2 :]}"
