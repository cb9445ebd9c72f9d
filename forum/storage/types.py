"""Column types: 22-character random ids, moments, days, JSON, and text that only a key opens."""

from __future__ import annotations

import json
import secrets
import string
from datetime import UTC, date, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, String, Text, types
from sqlalchemy.orm import mapped_column

ID_LENGTH = 22
_IN_IDS = frozenset(f"{string.ascii_letters}{string.digits}-_")


def new_id() -> str:
    """A fresh random id: 128 bits as 22 URL characters. It tells nothing about order or time."""
    return secrets.token_urlsafe(16)


def is_id(text: str) -> bool:
    """Whether a text has the shape of an id."""
    return len(text) == ID_LENGTH and _IN_IDS.issuperset(text)


class Moment(types.TypeDecorator[datetime]):
    """An aware moment, kept as whole seconds since 1970 so that both engines compare alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Seconds since 1970. Raises `ValueError` for a naive moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """The aware moment."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


class Day(types.TypeDecorator[date]):
    """A calendar day, kept as its ordinal number."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> int | None:
        """The ordinal of the day."""
        return None if value is None else value.toordinal()

    def process_result_value(self, value: int | None, dialect: Dialect) -> date | None:
        """The day."""
        return None if value is None else date.fromordinal(value)


class Json(types.TypeDecorator[Any]):
    """Plain data as compact JSON text, alike on both engines."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Compact JSON with sorted keys."""
        return None if value is None else json.dumps(value, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The data."""
        return None if value is None else json.loads(value)


Id = Annotated[str, mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)]
Key = Annotated[bytes, mapped_column(LargeBinary(32), primary_key=True)]
