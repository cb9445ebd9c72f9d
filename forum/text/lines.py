"""Reading one JSON object a line, for the commands that take texts that way.

A line that cannot be read is an error of that line alone. Lines are read up to a limit, so that a stream
without line ends does not fill the memory.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import IO, Any

LINE_LIMIT = 1_000_000  # bytes; a post of 8,000 characters takes at most a tenth of it, written in escapes
PIECE = 65_536


class BadLine(ValueError):
    """A line that holds no JSON object; the message says why, without quoting it."""


def lines_of(stream: Iterable[str | bytes] | IO[bytes]) -> Iterator[str | bytes]:
    """Each line, cut off behind the limit."""
    read = getattr(stream, "readline", None)
    if read is None:
        yield from stream
        return
    while line := read(LINE_LIMIT + 2):
        rest = line
        while rest and not _ends(rest):
            rest = read(PIECE)
        yield line


def _ends(line: str | bytes) -> bool:
    return line.endswith("\n") if isinstance(line, str) else line.endswith(b"\n")


def entry_of(line: str | bytes) -> dict[str, Any] | None:
    """The object of one line, None for an empty one. Raises `BadLine`.

    Numbers that JSON has no word for (NaN, infinity) are read as null.
    """
    if len(line) > LINE_LIMIT + 1:
        raise BadLine("longer than a million bytes")
    try:
        content = line.decode("utf-8-sig") if isinstance(line, bytes) else line
    except UnicodeDecodeError:
        raise BadLine("not UTF-8") from None
    if not content.strip():
        return None
    try:
        entry = json.loads(content, parse_constant=lambda _name: None, parse_float=_finite)
    except (ValueError, RecursionError):
        raise BadLine("not JSON") from None
    if not isinstance(entry, dict):
        raise BadLine("not a JSON object")
    return entry


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None
