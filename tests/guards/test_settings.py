"""The boot matrix: production refuses each unsafe setting and names it, and never shows its value."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

import pytest

from config import UnsafeSetting, read_settings


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _site(folder: Path, **changes: str | None) -> dict[str, str]:
    folder.chmod(0o700)
    safe: dict[str, str | None] = {
        "KINDRED_PRODUCTION": "1",
        "SITE_HOST": "kindred.example",
        "DATA_DIR": str(folder),
        "SECRET_KEY": _key(),
        "FIELD_KEY": _key(),
    }
    return {name: value for name, value in {**safe, **changes}.items() if value is not None}


def test_a_safe_site_starts(tmp_path: Path) -> None:
    assert read_settings(_site(tmp_path)).production


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_HOST", None),
        ("SECRET_KEY", None),
        ("FIELD_KEY", None),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "A" * 43),
        ("SECRET_KEY", "not base64 at all, but long enough to be a key !!"),
        ("FIELD_KEY", base64.urlsafe_b64encode(b"\0" * 32).decode()),
        ("ARGON2_MEMORY_KIB", "1024"),
        ("NEUTRAL_SITE", "http://example.org/"),
        ("ALERT_URL", "http://alerts.example/hook"),
        ("JOIN_DOOR", "nothing"),
        ("WORK_COST", "10"),
        ("PORT", "0"),
        ("PORT", "eighty"),
        ("TRUSTED_PROXIES", "9"),
        ("TRUSTED_PROXIES", "-1"),
        ("SCREENING_ENGINE", "guess"),
        ("KINDRED_PRODUCTION", "maybe"),
        ("ONION_DOOR", "yes"),
        ("MINIMUM_AGE", "5"),
        ("SECRET_KEY_FILE", "/nonexistent/key"),
        ("FIELD_KEY_FILE", "/nonexistent/key"),
        ("FIELD_KEY", "short"),
        ("FLASK_DEBUG", "1"),
        ("FLASK_DEBUG", "true"),
        ("TICKET_SECONDS", "5"),
    ],
)
def test_an_unsafe_setting_is_refused_by_name(tmp_path: Path, name: str, value: str | None) -> None:
    with pytest.raises(UnsafeSetting) as refusal:
        read_settings(_site(tmp_path, **{name: value}))
    assert name in str(refusal.value)
    if value and name.endswith("KEY"):
        assert value not in str(refusal.value)


def test_one_key_for_both_purposes_is_refused(tmp_path: Path) -> None:
    key = _key()
    with pytest.raises(UnsafeSetting, match="FIELD_KEY"):
        read_settings(_site(tmp_path, SECRET_KEY=key, FIELD_KEY=key))


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    site = _site(tmp_path)
    tmp_path.chmod(0o755)
    with pytest.raises(UnsafeSetting, match="DATA_DIR"):
        read_settings(site)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    key = _key()
    (tmp_path / "key").write_text(key + "\n")
    site = _site(tmp_path, SECRET_KEY=None, SECRET_KEY_FILE=str(tmp_path / "key"))
    assert read_settings(site).secret_key == base64.urlsafe_b64decode(key)


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    site = _site(tmp_path, DATABASE_URL="postgresql://kindred:hunter2@db/kindred")
    settings = read_settings(site)
    for secret in (site["SECRET_KEY"], site["FIELD_KEY"], "hunter2", repr(settings.secret_key)):
        assert secret not in repr(settings)


def test_development_keys_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    first, second = (read_settings({"DATA_DIR": str(tmp_path)}) for _start in range(2))
    assert first.secret_key == second.secret_key != first.field_keys[0] == second.field_keys[0]
    keys = list(tmp_path.glob("*_key.txt"))
    assert [file.stat().st_mode & 0o777 for file in keys] == [0o600, 0o600]


def test_an_older_field_key_may_stay_beside_the_newer(tmp_path: Path) -> None:
    new, old = _key(), _key()
    keys = read_settings(_site(tmp_path, FIELD_KEY=f"{new},{old}")).field_keys
    assert keys == (base64.urlsafe_b64decode(new), base64.urlsafe_b64decode(old))


def test_short_names_of_postgresql_are_understood(tmp_path: Path) -> None:
    for short in ("postgres://h/d", "postgresql://h/d"):
        settings = read_settings(_site(tmp_path, DATABASE_URL=short))
        assert settings.database_url == "postgresql+psycopg://h/d"
        assert not settings.is_sqlite
