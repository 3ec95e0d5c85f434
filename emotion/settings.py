"""What an operator can set; the only place that reads the environment."""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emotion.settings_text import (
    addresses,
    both,
    camera_url,
    database,
    entry_password,
    log_level,
    pixels,
    region,
    stun_urls,
    token,
    users,
    yes,
)

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_MODEL = REPOSITORY / "model" / "emotion_cnn.tflite"
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
    `app_password` opens the app, "" leaves it open; `region` "EU" closes what the AI Act forbids in schools and at
    work. `allowed_users` are the addresses ("a@b.example") and domains ("@b.example") that may sign in with an account,
    none for all whom the provider knows.
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
    app_password: str = field(default="", repr=False)
    region: str = ""
    allowed_users: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read `environ` (default: the process's; Streamlit puts top-level secrets there too).

        Raises:
            ValueError: a variable that cannot be meant so; the message names it.
        """
        environ = os.environ if environ is None else environ
        stun = environ.get("STUN_URL", "").strip()
        turn_urls = addresses("TURN_URL", environ.get("TURN_URL", ""), ("turn:", "turns:"))
        username, password = environ.get("TURN_USERNAME", ""), environ.get("TURN_PASSWORD", "")
        if turn_urls and not (username and password):
            raise ValueError("TURN_URL is set, so TURN_USERNAME and TURN_PASSWORD must be set too")
        return cls(
            model=_model_path(environ.get("EMOTION_MODEL", "").strip()),
            smallest_face_px=pixels("SMALLEST_FACE_PX", environ.get("SMALLEST_FACE_PX", "").strip()),
            stun_urls=stun_urls(stun),
            turn_urls=turn_urls,
            turn_username=username,
            turn_password=password,
            twilio=both(environ, "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
            camera_url=camera_url(environ.get("CAMERA_URL", "").strip()),
            database_url=database("DATABASE_URL", environ.get("DATABASE_URL", "").strip()),
            data_folder=_data_folder(environ),
            keep_drafts=yes("KEEP_DRAFTS", environ.get("KEEP_DRAFTS", "").strip()),
            api_token=token("API_TOKEN", environ.get("API_TOKEN", "").strip()),
            metrics_token=token("METRICS_TOKEN", environ.get("METRICS_TOKEN", "").strip()),
            log_level=log_level("LOG_LEVEL", environ.get("LOG_LEVEL", "").strip()),
            app_password=entry_password("APP_PASSWORD", cls.app_password_from_env(environ)),
            region=region("REGION", environ.get("REGION", "").strip()),
            allowed_users=users("ALLOWED_USERS", environ.get("ALLOWED_USERS", "")),
        )

    @staticmethod
    def app_password_from_env(environ: Mapping[str, str] | None = None) -> str:
        """`APP_PASSWORD` alone, however short: a door stays closed where another setting is wrong."""
        return (os.environ if environ is None else environ).get("APP_PASSWORD", "").strip()

    @staticmethod
    def may_enter(user: str, environ: Mapping[str, str] | None = None) -> bool:
        """Whether `ALLOWED_USERS` lets an account's address in; nobody where it cannot be read."""
        try:
            allowed = users("ALLOWED_USERS", (os.environ if environ is None else environ).get("ALLOWED_USERS", ""))
        except ValueError:
            return False
        return not allowed or any(
            user.lower() == one or (one.startswith("@") and user.lower().endswith(one)) for one in allowed
        )

    @staticmethod
    def log_level_from_env(environ: Mapping[str, str] | None = None) -> str:
        """`LOG_LEVEL` alone, INFO where it is wrong: logs begin before anything else can be told."""
        try:
            return log_level("LOG_LEVEL", (os.environ if environ is None else environ).get("LOG_LEVEL", "").strip())
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


def _model_path(text: str) -> Path:
    """`EMOTION_MODEL` as given, or below the repository where the app was started from elsewhere."""
    if not text:
        return DEFAULT_MODEL
    path = Path(text).expanduser()
    return path if path.is_absolute() or path.exists() else REPOSITORY / path
