"""What an operator can set; the only place that reads the environment."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_MODEL = REPOSITORY / "model" / "emotion_cnn.tflite"
DATABASES = ("postgres://", "postgresql://", "sqlite:///")

IceServer = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Settings:
    """The app's settings.

    `model` is the network that serves; `smallest_face_px` the smallest face that matters in a stream, in pixels of
    its picture. `stun_urls` and `turn_urls` are for networks where browser and server do not
    reach each other directly; `None` for `stun_urls` leaves the choice to streamlit-webrtc (which also knows
    Cloudflare's, Twilio's and Hugging Face's own variables), an empty tuple uses none. `database_url` is where lessons
    are saved, empty for an SQLite file in `data_folder`; drafts of unsaved ones are there too, if `keep_drafts`.
    """

    model: Path = DEFAULT_MODEL
    smallest_face_px: int = 40
    stun_urls: tuple[str, ...] | None = None
    turn_urls: tuple[str, ...] = ()
    turn_username: str = ""
    turn_password: str = ""
    database_url: str = ""
    data_folder: Path = field(default_factory=lambda: _data_folder({}))
    keep_drafts: bool = True

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
            database_url=_database("DATABASE_URL", environ.get("DATABASE_URL", "").strip()),
            data_folder=_data_folder(environ),
            keep_drafts=_yes("KEEP_DRAFTS", environ.get("KEEP_DRAFTS", "").strip()),
        )

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
        """The same for our side, which uses one TURN address only: the one over TLS or TCP, where there is one.

        Most hosts let no UDP out of the server; aioice would take the first address whatever it is.
        """
        configuration = self.browser_ice()
        if configuration is None or not self.turn_urls:
            return configuration
        reliable = [url for url in self.turn_urls if url.startswith("turns:") or "transport=tcp" in url]
        return {"iceServers": [self._turn((reliable or [*self.turn_urls])[:1])]}

    def _turn(self, urls: tuple[str, ...] | list[str]) -> IceServer:
        return {"urls": [*urls], "username": self.turn_username, "credential": self.turn_password}


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
