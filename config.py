"""The settings: one frozen dataclass, read once from the environment, that refuses what would do harm.

Each secret may also come from a file: `SECRET_KEY_FILE=/run/secrets/key` stands for `SECRET_KEY`.
In development the keys are made once in `DATA_DIR`, readable by their owner only.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

SECRETS = ("SECRET_KEY", "FIELD_KEY", "DATABASE_URL", "QUEUE_URL", "LIMITS_URL", "ALERT_URL")
BUNDLED = "bundled"


class UnsafeSetting(Exception):
    """A setting that is missing or would do harm. The message names the setting, never its value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the program can be told from outside."""

    data_dir: Path
    database_url: str = field(repr=False)
    queue_url: str = field(repr=False)
    limits_url: str = field(repr=False)
    secret_key: bytes = field(repr=False)
    field_keys: tuple[bytes, ...] = field(repr=False)
    older_secret_keys: tuple[bytes, ...] = field(repr=False)
    production: bool = False
    port: int = 8000
    bind: str = "127.0.0.1"
    site_host: str = ""
    trusted_proxies: int = 0
    onion_door: bool = False
    detoxify_checkpoint: str = BUNDLED
    screening_engine: str = "onnx"
    alert_command: str = ""
    alert_url: str = field(default="", repr=False)
    join_door: str = "work"
    work_cost: int = 20_000
    ticket_seconds: int = 300
    minimum_age: int = 16
    page_cache: int = 256
    neutral_site: str = "https://www.wikipedia.org/"
    argon2_memory_kib: int = 65_536
    argon2_passes: int = 3
    nudge: bool = True

    @property
    def is_sqlite(self) -> bool:
        """Whether the forum's data lies in an SQLite file."""
        return self.database_url.startswith("sqlite")

    @property
    def anchor_file(self) -> Path:
        """Where the head of the moderation log is anchored, outside the database."""
        return self.data_dir / "log-anchor.jsonl"

    @property
    def erasure_ledger(self) -> Path:
        """Where removals are remembered, outside the database, for a restore to replay."""
        return self.data_dir / "removals.ledger"

    @property
    def engine_dir(self) -> Path:
        """Where the prepared form of the checkpoint is kept."""
        return self.data_dir / "engine"

    def with_changes(self, **changes: object) -> Settings:
        """A copy with some settings changed; tests and tools use it."""
        return replace(self, **changes)  # type: ignore[arg-type]


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises `UnsafeSetting` naming the setting that is missing, malformed or unsafe in production.
    """
    env = _with_file_secrets(dict(os.environ if environment is None else environment))
    production = _flag(env, "KINDRED_PRODUCTION")
    data_dir = _data_dir(env, production)
    secret_keys = _keys(env, "SECRET_KEY", data_dir, production)
    settings = Settings(
        data_dir=data_dir,
        database_url=_database_url(env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'forum.sqlite3'}"),
        queue_url=env.get("QUEUE_URL") or f"sqlite:///{data_dir / 'schedule.sqlite3'}",
        limits_url=env.get("LIMITS_URL") or "memory://",
        secret_key=secret_keys[0],
        older_secret_keys=secret_keys[1:],
        field_keys=_keys(env, "FIELD_KEY", data_dir, production),
        production=production,
        port=_number(env, "PORT", 8000, 1, 65535),
        bind=env.get("BIND") or "127.0.0.1",
        site_host=env.get("SITE_HOST", ""),
        trusted_proxies=_number(env, "TRUSTED_PROXIES", 0, 0, 5),
        onion_door=_flag(env, "ONION_DOOR"),
        detoxify_checkpoint=env.get("DETOXIFY_CHECKPOINT") or BUNDLED,
        screening_engine=_choice(env, "SCREENING_ENGINE", ("onnx", "detoxify")),
        alert_command=env.get("ALERT_COMMAND", ""),
        alert_url=env.get("ALERT_URL", ""),
        join_door=_choice(env, "JOIN_DOOR", ("work", "invite", "ticket")),
        work_cost=_number(env, "WORK_COST", 20_000, 1, 10_000_000),
        ticket_seconds=_number(env, "TICKET_SECONDS", 300 if production else 0, 0, 86_400),
        minimum_age=_number(env, "MINIMUM_AGE", 16, 13, 21),
        page_cache=_number(env, "PAGE_CACHE", 256, 0, 100_000),
        neutral_site=env.get("NEUTRAL_SITE") or "https://www.wikipedia.org/",
        argon2_memory_kib=_number(env, "ARGON2_MEMORY_KIB", 65_536, 8, 1_048_576),
        argon2_passes=_number(env, "ARGON2_PASSES", 3, 1, 20),
        nudge=env.get("NUDGE", "1") != "0",
    )
    if production:
        _refuse_unsafe(settings, env)
    return settings


def _data_dir(env: Mapping[str, str], production: bool) -> Path:
    """Where everything is kept; made on the first start, but never in production."""
    data_dir = Path(env.get("DATA_DIR") or "data").resolve()
    if not production:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return data_dir


def _refuse_unsafe(settings: Settings, env: Mapping[str, str]) -> None:
    """Stop a production start on any setting that would put members at risk."""
    if env.get("FLASK_DEBUG", "0").lower() not in {"", "0", "false", "no"}:
        raise UnsafeSetting("FLASK_DEBUG must be off: tracebacks quote what people wrote")
    if not settings.site_host:
        raise UnsafeSetting("SITE_HOST must name the host under which members reach the forum")
    if settings.argon2_memory_kib < 19_456:
        raise UnsafeSetting("ARGON2_MEMORY_KIB is below the floor of 19456 (OWASP password storage)")
    if not settings.neutral_site.startswith("https://"):
        raise UnsafeSetting("NEUTRAL_SITE must be an https address")
    if settings.alert_url and not settings.alert_url.startswith(("https://", "http://127.0.0.1")):
        raise UnsafeSetting("ALERT_URL must be https, or http on the loopback address")
    if settings.data_dir.exists() and settings.data_dir.stat().st_mode & 0o077:
        raise UnsafeSetting("DATA_DIR may be entered by other users; make it mode 0700")
    if {settings.secret_key, *settings.older_secret_keys} & set(settings.field_keys):
        raise UnsafeSetting("FIELD_KEY must differ from SECRET_KEY")
    if settings.join_door == "work" and settings.work_cost < 1_000:
        raise UnsafeSetting("WORK_COST is too low to slow a flood")
    if settings.ticket_seconds < 60:
        raise UnsafeSetting("TICKET_SECONDS is too short to slow a flood; 60 is the least")


def _with_file_secrets(env: dict[str, str]) -> dict[str, str]:
    """Fill each secret that is given as a file; a file that is named must exist."""
    for name in SECRETS:
        path = env.get(f"{name}_FILE")
        if not path:
            continue
        try:
            env[name] = Path(path).read_text().strip()
        except OSError as error:
            raise UnsafeSetting(f"{name}_FILE cannot be read") from error
    return env


def _keys(env: Mapping[str, str], name: str, data_dir: Path, production: bool) -> tuple[bytes, ...]:
    """256-bit keys from the environment, newest first; in development one, made on the first start.

    The newest is used for all that is new; older ones only open, or recognise, what was made under them.
    """
    text = env.get(name)
    if not text and production:
        raise UnsafeSetting(f"{name} is missing")
    text = text or _development_key(name, data_dir)
    return tuple(_decode_key(name, part.strip()) for part in text.split(","))


def _decode_key(name: str, text: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise UnsafeSetting(f"{name} is not base64") from error
    if len(key) != 32:
        raise UnsafeSetting(f"{name} must hold 256 bits in base64")
    if len(set(key)) < 8:
        raise UnsafeSetting(f"{name} is not random")
    return key


def _development_key(name: str, data_dir: Path) -> str:
    path = data_dir / f"{name.lower()}.txt"
    if not path.exists():
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    return path.read_text().strip()


def _database_url(url: str) -> str:
    """Name the drivers that this program uses, so that operators may write the usual short forms."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def _flag(env: Mapping[str, str], name: str) -> bool:
    return _choice({name: env.get(name) or "0"}, name, ("0", "1")) == "1"


def _choice(env: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = env.get(name) or allowed[0]
    if value not in allowed:
        raise UnsafeSetting(f"{name} must be one of {', '.join(allowed)}")
    return value


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise UnsafeSetting(f"{name} must be a whole number from {least} to {most}")
    return int(text)
