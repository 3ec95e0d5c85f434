"""What the text of a setting may be: a function for each kind, whose error names the variable and what it expects."""

from collections.abc import Mapping
from urllib.parse import urlsplit

DATABASES = ("postgres://", "postgresql://", "sqlite:///")
CAMERA_SCHEMES = ("rtsp://", "rtsps://", "http://", "https://")
REGIONS = ("", "EU")
LEAST_PASSWORD = 8
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def both(environ: Mapping[str, str], first: str, second: str) -> tuple[str, str] | None:
    """Two variables that make sense together only."""
    pair = environ.get(first, "").strip(), environ.get(second, "").strip()
    if any(pair) and not all(pair):
        missing, there = (first, second) if pair[1] else (second, first)
        raise ValueError(f"{there} is set, so {missing} must be set too")
    return pair if all(pair) else None


def camera_url(text: str) -> str:
    """An address that a camera may have; what is wrong is told without the address, which may hold a password."""
    if not text:
        return ""
    if not text.lower().startswith(CAMERA_SCHEMES):
        raise ValueError(f"CAMERA_URL must begin with {', '.join(CAMERA_SCHEMES)}")
    try:
        parts = urlsplit(text)
        whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # its message would tell a part of the address
        whole = False
    if not whole or any(letter.isspace() or not letter.isprintable() for letter in text):
        raise ValueError("CAMERA_URL is no whole address: rtsp://user:password@camera.example:554/path is one")
    return text


def pixels(name: str, text: str) -> int:
    """A number of pixels that a cascade can look for, 24-400; 40 where none is given."""
    if not text:
        return 40
    if not (text.isascii() and text.isdigit() and 24 <= int(text) <= 400):
        raise ValueError(f"{name} must be a whole number of pixels from 24 to 400, got {text!r}")
    return int(text)


def database(name: str, url: str) -> str:
    """An address of a database; the error does not repeat it, as it may hold a password."""
    if url and not url.startswith(DATABASES):
        scheme, separator, _ = url.partition("://")
        got = repr(scheme + separator) if separator else "no such beginning"
        raise ValueError(f"{name} must begin with {', '.join(DATABASES)}, got {got}")
    return url


def yes(name: str, text: str) -> bool:
    answers = {"": True, "1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in answers:
        raise ValueError(f"{name} must be 1 or 0, got {text!r}")
    return answers[text.lower()]


def token(name: str, text: str) -> str:
    """A token that cannot be guessed and fits into a header; the error does not repeat it."""
    if text and not (len(text) >= 16 and text.isascii() and text.isprintable() and " " not in text):
        raise ValueError(
            f"{name} must be at least 16 letters, digits or signs without a space, got {len(text)} characters: "
            "`openssl rand -hex 32` makes one"
        )
    return text


def log_level(name: str, text: str) -> str:
    if text.upper() not in ("", *LOG_LEVELS):
        raise ValueError(f"{name} must be one of {', '.join(LOG_LEVELS)}, got {text!r}")
    return text.upper() or "INFO"


def entry_password(name: str, text: str) -> str:
    """A password that is not guessed at once; the error does not repeat it."""
    if text and len(text) < LEAST_PASSWORD:
        raise ValueError(f"{name} must have at least {LEAST_PASSWORD} characters, got {len(text)}")
    return text


def region(name: str, text: str) -> str:
    if text.upper() not in REGIONS:
        raise ValueError(f"{name} must be EU or empty, got {text!r}")
    return text.upper()


def users(name: str, text: str) -> tuple[str, ...]:
    users = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for user in users:
        if user.count("@") != 1 or user.endswith("@"):
            raise ValueError(f"{name} must be addresses (a@b.example) or domains (@b.example), got {user!r}")
    return users


def stun_urls(text: str) -> tuple[str, ...] | None:
    if not text:
        return None
    return () if text.lower() == "none" else addresses("STUN_URL", text, ("stun:", "stuns:"))


def addresses(name: str, text: str, schemes: tuple[str, ...]) -> tuple[str, ...]:
    """Comma-separated addresses; `ValueError` names the variable and the address that does not fit."""
    addresses = tuple(part.strip() for part in text.split(",") if part.strip())
    for address in addresses:
        if not address.startswith(schemes):
            raise ValueError(f"{name} must begin with {' or '.join(schemes)}, got {address!r}")
    return addresses
