"""Settings: the environment read once into one frozen value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from core.errors import Problem, refuse_any

BEIJING = ZoneInfo("Asia/Shanghai")
STORAGE_URL = re.compile(r"s3://[^/]+(/.*)?|file:///.+")
SMTP_URL = re.compile(r"smtps?://([^@/]*@)?[^@/?:]+(:[0-9]+)?/?\?from=[^@&\s]+@[^@&\s]+")


class Zone(StrEnum):
    """Which routes a process serves: the internet zone holds no panels, marks or committee data."""

    ALL = "all"
    INNER = "inner"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. Durations are in seconds, sizes in bytes."""

    data: Path
    database_url: str
    storage_url: str
    key_file: Path
    keys: str = ""
    zone: Zone = Zone.ALL
    time_zone: ZoneInfo = BEIJING
    secure_cookies: bool = False
    origins: tuple[str, ...] = ()
    message_sender: str = "outbox"
    smtp_url: str = ""
    session_idle: int = 30 * 60
    session_life: int = 12 * 3600
    upload_cap: int = 20 * 1024 * 1024
    video_cap: int = 20 * 1024**3
    demo: bool = False

    @property
    def sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.database_url.startswith("sqlite")

    @property
    def driver_url(self) -> str:
        """The database's address as its driver takes it, for connections that SQLAlchemy does not open."""
        return self.database_url.replace("postgresql+psycopg://", "postgresql://")


NAMES = {
    "GONGXUAN_DATA": "folder of the embedded database, files, keys and outgoing messages",
    "DATABASE_URL": "postgresql+psycopg://… instead of the embedded SQLite file",
    "STORAGE_URL": "s3://bucket/prefix or file:///folder instead of DATA/files",
    "GONGXUAN_KEY_FILE": "file with the encryption and hashing keys, instead of DATA/keys.json",
    "GONGXUAN_KEYS": "the keys themselves as JSON, instead of a file",
    "GONGXUAN_ZONE": "public, inner or all",
    "GONGXUAN_TIME_ZONE": "time zone of every date shown, by default Asia/Shanghai",
    "GONGXUAN_SECURE_COOKIES": "1 where the pages are served by HTTPS",
    "GONGXUAN_ORIGINS": "addresses under which the pages are reached, separated by commas",
    "GONGXUAN_MESSAGES": "outbox (a folder) or smtp",
    "GONGXUAN_SMTP_URL": "smtp://user:password@host:port?from=address",
    "GONGXUAN_SESSION_IDLE": "seconds after which an unused session ends",
    "GONGXUAN_SESSION_LIFE": "seconds after which any session ends",
}


def read_settings(environment: Mapping[str, str], **changes: object) -> Settings:
    """Settings from environment variables (see NAMES); `changes` come from the command line and win.

    Raises a Refusal that lists every unusable value at once.
    """
    problems: list[Problem] = []
    data = Path(str(changes.pop("data", "") or environment.get("GONGXUAN_DATA", "") or "data")).resolve()
    values: dict[str, object] = {
        "data": data,
        "database_url": _database_url(environment.get("DATABASE_URL", ""), data),
        "storage_url": environment.get("STORAGE_URL", "") or f"file://{data / 'files'}",
        "key_file": Path(environment.get("GONGXUAN_KEY_FILE", "") or data / "keys.json"),
        "keys": environment.get("GONGXUAN_KEYS", ""),
        "secure_cookies": environment.get("GONGXUAN_SECURE_COOKIES", "") == "1",
        "origins": tuple(o.strip() for o in environment.get("GONGXUAN_ORIGINS", "").split(",") if o.strip()),
        "message_sender": environment.get("GONGXUAN_MESSAGES", "outbox"),
        "smtp_url": environment.get("GONGXUAN_SMTP_URL", ""),
    }
    try:
        values["zone"] = Zone(environment.get("GONGXUAN_ZONE", "all"))
    except ValueError:
        problems.append(Problem("The zone must be public, inner or all.", field="GONGXUAN_ZONE"))
    try:
        values["time_zone"] = ZoneInfo(environment.get("GONGXUAN_TIME_ZONE", "Asia/Shanghai"))
    except (KeyError, ValueError):
        problems.append(Problem("This time zone is not known.", field="GONGXUAN_TIME_ZONE"))
    for name, key in (("GONGXUAN_SESSION_IDLE", "session_idle"), ("GONGXUAN_SESSION_LIFE", "session_life")):
        if text := environment.get(name, ""):
            if text.isdecimal() and int(text) > 0:
                values[key] = int(text)
            else:
                problems.append(Problem("This must be a whole number of seconds.", field=name))
    if not STORAGE_URL.fullmatch(str(values["storage_url"])):
        problems.append(Problem("Files are kept in s3://bucket/prefix or file:///folder.", field="STORAGE_URL"))
    if values["message_sender"] not in {"outbox", "smtp"}:
        problems.append(Problem("Messages go to an outbox folder or by smtp.", field="GONGXUAN_MESSAGES"))
    if values["message_sender"] == "smtp" and not SMTP_URL.fullmatch(str(values["smtp_url"])):
        problems.append(Problem("This must be smtp://host?from=address.", field="GONGXUAN_SMTP_URL"))
    refuse_any(problems)
    values.update(changes)
    return Settings(**values)  # type: ignore[arg-type] # each value was made for its field just above


def _database_url(url: str, data: Path) -> str:
    """The given address with the driver this project uses, or the embedded file."""
    if not url:
        return f"sqlite:///{data / 'gongxuan.sqlite'}"
    for start in ("postgresql://", "postgres://"):
        if url.startswith(start):
            return "postgresql+psycopg://" + url.removeprefix(start)
    return url
