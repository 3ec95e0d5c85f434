"""What an operator can set; the only place that reads the environment."""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_MODEL = REPOSITORY / "model" / "emotion_cnn.tflite"
DATABASES = ("postgres://", "postgresql://", "sqlite:///")

CAMERA_SCHEMES = ("rtsp://", "rtsps://", "http://", "https://")

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

IceServer = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Settings:
    """The app's settings.

    `model` is the network that serves; `smallest_face_px` the smallest face that matters in a stream, in pixels of
    its picture. `stun_urls` and `turn_urls` are for networks where browser and server do not
    reach each other directly; `None` for `stun_urls` leaves the choice to streamlit-webrtc (which also knows
    Cloudflare's and Hugging Face's own variables), an empty tuple uses none. `twilio` is an account's SID and token,
    with which relay credentials are fetched, or `None`. `camera_url` is the classroom
    camera, "" for none; it may hold a password, so it is never shown, not even in a `repr`. `database_url` is where
    lessons are saved, empty for an SQLite file in `data_folder`; drafts of unsaved ones are there too, if
    `keep_drafts`. `api_token` is what programs must send with their pictures; "" answers those of this machine only,
    `metrics_token` the same for `/metrics`. `log_level` is the least that is logged.
    """

    model: Path = DEFAULT_MODEL
    smallest_face_px: int = 40
    stun_urls: tuple[str, ...] | None = None
    turn_urls: tuple[str, ...] = ()
    turn_username: str = ""
    turn_password: str = field(default="", repr=False)
    twilio: tuple[str, str] | None = field(default=None, repr=False)
    camera_url: str = field(default="", repr=False)
    database_url: str = ""
    data_folder: Path = field(default_factory=lambda: _data_folder({}))
    keep_drafts: bool = True
    api_token: str = field(default="", repr=False)
    metrics_token: str = field(default="", repr=False)
    log_level: str = "INFO"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read `environ` (default: the process's; Streamlit puts top-level secrets there too).

        Raises:
            ValueError: a variable that cannot be meant so; the message names it.
        """
        environ = os.environ if environ is None else environ
        stun = environ.get("STUN_URL", "").strip()
        turn_urls = _addresses("TURN_URL", environ.get("TURN_URL", ""), ("turn:", "turns:"))
        username, password = environ.get("TURN_USERNAME", ""), environ.get("TURN_PASSWORD", "")
        if turn_urls and not (username and password):
            raise ValueError("TURN_URL is set, so TURN_USERNAME and TURN_PASSWORD must be set too")
        return cls(
            model=_model_path(environ.get("EMOTION_MODEL", "").strip()),
            smallest_face_px=_pixels("SMALLEST_FACE_PX", environ.get("SMALLEST_FACE_PX", "").strip()),
            stun_urls=_stun_urls(stun),
            turn_urls=turn_urls,
            turn_username=username,
            turn_password=password,
            twilio=_both(environ, "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
            camera_url=_camera_url(environ.get("CAMERA_URL", "").strip()),
            database_url=_database("DATABASE_URL", environ.get("DATABASE_URL", "").strip()),
            data_folder=_data_folder(environ),
            keep_drafts=_yes("KEEP_DRAFTS", environ.get("KEEP_DRAFTS", "").strip()),
            api_token=_token("API_TOKEN", environ.get("API_TOKEN", "").strip()),
            metrics_token=_token("METRICS_TOKEN", environ.get("METRICS_TOKEN", "").strip()),
            log_level=_log_level("LOG_LEVEL", environ.get("LOG_LEVEL", "").strip()),
        )

    @staticmethod
    def log_level_from_env(environ: Mapping[str, str] | None = None) -> str:
        """`LOG_LEVEL` alone, INFO where it is wrong: logs begin before anything else can be told."""
        try:
            return _log_level("LOG_LEVEL", (os.environ if environ is None else environ).get("LOG_LEVEL", "").strip())
        except ValueError:
            return "INFO"

    def store_url(self) -> str:
        """The database of saved lessons."""
        return self.database_url or f"sqlite:///{self.data_folder / 'lessons.sqlite'}"

    def drafts_folder(self) -> Path | None:
        """Where drafts of unsaved lessons are kept, or `None` for nowhere."""
        return self.data_folder / "drafts" if self.keep_drafts else None

    def browser_ice(self) -> dict[str, list[IceServer]] | None:
        """`RTCConfiguration` for the browser, or `None` to leave it to streamlit-webrtc."""
        if self.stun_urls is None and not self.turn_urls:
            return None
        servers: list[IceServer] = [{"urls": [*self.stun_urls]}] if self.stun_urls else []
        if self.turn_urls:
            servers.append(self._turn(self.turn_urls))
        return {"iceServers": servers}

    def server_ice(self) -> dict[str, list[IceServer]] | None:
        """The same for our side; see `for_server`."""
        configuration = self.browser_ice()
        return configuration and {"iceServers": for_server(configuration["iceServers"])}

    def _turn(self, urls: tuple[str, ...] | list[str]) -> IceServer:
        return {"urls": [*urls], "username": self.turn_username, "credential": self.turn_password}


def for_server(servers: Iterable[IceServer]) -> list[IceServer]:
    """What our side uses of the browser's ICE servers: one TURN address, over TLS or TCP where there is one.

    Most hosts let no UDP out of the server, and aioice would take the first address whatever it is. Without any TURN
    address the servers stay as they are.
    """
    servers = list(servers)
    relays = [(url, server) for server in servers for url in _urls(server) if url.startswith(("turn:", "turns:"))]
    reliable = [(url, server) for url, server in relays if url.startswith("turns:") or "transport=tcp" in url]
    if not relays:
        return servers
    url, server = (reliable or relays)[0]
    return [{**server, "urls": [url]}]


def _urls(server: IceServer) -> list[str]:
    urls = server["urls"]
    return [urls] if isinstance(urls, str) else urls


def _both(environ: Mapping[str, str], first: str, second: str) -> tuple[str, str] | None:
    """Two variables that make sense together only."""
    pair = environ.get(first, "").strip(), environ.get(second, "").strip()
    if any(pair) and not all(pair):
        missing, there = (first, second) if pair[1] else (second, first)
        raise ValueError(f"{there} is set, so {missing} must be set too")
    return pair if all(pair) else None


def _camera_url(text: str) -> str:
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


def _pixels(name: str, text: str) -> int:
    """A number of pixels that a cascade can look for, 24-400; 40 where none is given."""
    if not text:
        return 40
    if not (text.isascii() and text.isdigit() and 24 <= int(text) <= 400):
        raise ValueError(f"{name} must be a whole number of pixels from 24 to 400, got {text!r}")
    return int(text)


def _database(name: str, url: str) -> str:
    """An address of a database; the error does not repeat it, as it may hold a password."""
    if url and not url.startswith(DATABASES):
        scheme, separator, _ = url.partition("://")
        got = repr(scheme + separator) if separator else "no such beginning"
        raise ValueError(f"{name} must begin with {', '.join(DATABASES)}, got {got}")
    return url


def _data_folder(environ: Mapping[str, str]) -> Path:
    """`DATA_FOLDER`, or where this system's programs keep their users' data."""
    if environ.get("DATA_FOLDER", "").strip():
        return Path(environ["DATA_FOLDER"].strip()).expanduser().absolute()
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "class-mood"


def _yes(name: str, text: str) -> bool:
    answers = {"": True, "1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in answers:
        raise ValueError(f"{name} must be 1 or 0, got {text!r}")
    return answers[text.lower()]


def _token(name: str, text: str) -> str:
    """A token that cannot be guessed and fits into a header; the error does not repeat it."""
    if text and not (len(text) >= 16 and text.isascii() and text.isprintable() and " " not in text):
        raise ValueError(
            f"{name} must be at least 16 letters, digits or signs without a space, got {len(text)} characters: "
            "`openssl rand -hex 32` makes one"
        )
    return text


def _log_level(name: str, text: str) -> str:
    if text.upper() not in ("", *LOG_LEVELS):
        raise ValueError(f"{name} must be one of {', '.join(LOG_LEVELS)}, got {text!r}")
    return text.upper() or "INFO"


def _model_path(text: str) -> Path:
    """`EMOTION_MODEL` as given, or below the repository where the app was started from elsewhere."""
    if not text:
        return DEFAULT_MODEL
    path = Path(text).expanduser()
    return path if path.is_absolute() or path.exists() else REPOSITORY / path


def _stun_urls(text: str) -> tuple[str, ...] | None:
    if not text:
        return None
    return () if text.lower() == "none" else _addresses("STUN_URL", text, ("stun:", "stuns:"))


def _addresses(name: str, text: str, schemes: tuple[str, ...]) -> tuple[str, ...]:
    """Comma-separated addresses; `ValueError` names the variable and the address that does not fit."""
    addresses = tuple(part.strip() for part in text.split(",") if part.strip())
    for address in addresses:
        if not address.startswith(schemes):
            raise ValueError(f"{name} must begin with {' or '.join(schemes)}, got {address!r}")
    return addresses
