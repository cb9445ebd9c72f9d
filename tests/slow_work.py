"""A net under every test: hashing, sanitising or scoring inside a write transaction fails it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import wraps
from importlib.util import find_spec
from typing import Any

import pytest
from argon2 import low_level
from bleach.sanitizer import Cleaner
from flask import has_app_context

from forum.members import keys
from forum.storage.database import is_writing


def hang_net(patch: pytest.MonkeyPatch) -> None:
    """Watch over the slow work of this process."""
    hashing = _watched(low_level.hash_secret_raw)
    patch.setattr(low_level, "hash_secret_raw", hashing)
    patch.setattr(keys, "hash_secret_raw", hashing)
    patch.setattr(Cleaner, "clean", _watched(Cleaner.clean))
    if find_spec("forum.screening.engine"):
        screener = importlib.import_module("forum.circles.worker").LazyScreener
        patch.setattr(screener, "__call__", _watched(screener.__call__))


def _watched(work: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(work)
    def watched(*args: Any, **kwargs: Any) -> Any:
        assert not (has_app_context() and is_writing()), "slow work inside a write transaction"
        return work(*args, **kwargs)

    return watched
