"""The settings and keys of the running program, for code that stands below the pages."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from config import Settings
from forum.storage.sealing import FieldKeys, derive


def install(app: Flask, settings: Settings) -> None:
    """Keep the settings and the field keys with the program."""
    app.extensions["kindred.settings"] = settings
    app.extensions["kindred.keys"] = FieldKeys(settings.field_keys)


def current_settings() -> Settings:
    """The settings of the program that runs."""
    return cast(Settings, current_app.extensions["kindred.settings"])


def lasting_key(purpose: str) -> bytes:
    """A key for one purpose that stays the same when the field key is changed."""
    return derive(current_settings().secret_key, purpose)


def lasting_keys(purpose: str) -> list[bytes]:
    """The keys for one purpose under every secret key that still counts, the newest first."""
    settings = current_settings()
    return [derive(key, purpose) for key in (settings.secret_key, *settings.older_secret_keys)]


def field_keys() -> FieldKeys:
    """The server's keys for stored text."""
    return cast(FieldKeys, current_app.extensions["kindred.keys"])
