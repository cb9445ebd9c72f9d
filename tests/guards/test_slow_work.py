"""No hashing, sanitising or scoring while a write transaction is open. The net hangs under every test."""

from __future__ import annotations

import bleach
import pytest
from argon2 import low_level
from flask import Flask

from forum.storage.database import writing


def test_the_net_catches_sanitising(app: Flask) -> None:
    cleaner = bleach.Cleaner()
    assert cleaner.clean("<p>fine</p>")
    with pytest.raises(AssertionError, match="slow work"), writing():
        cleaner.clean("<p>not here</p>")


def test_the_net_catches_hashing(app: Flask) -> None:
    def stretch() -> bytes:
        return low_level.hash_secret_raw(b"words", b"saltsaltsalt", 1, 8, 1, 16, low_level.Type.ID)

    assert stretch()
    with pytest.raises(AssertionError, match="slow work"), writing():
        stretch()
