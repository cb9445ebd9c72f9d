"""Everything that others will read of a post, as one sealed value with one hash.

The hash is keyed: a thief of the database cannot confirm a guessed text by it. A decision binds to it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from forum.circles.models import Revision
from forum.storage.sealing import CannotOpen, keyed_hash
from forum.storage.settings import field_keys


@dataclass(frozen=True, slots=True)
class Content:
    """Title, source, name and content note of one revision, with the HTML and plain text made from it.

    `card` is the id of a published strategy card that goes with it.
    """

    title: str
    body: str
    name: str
    note: str
    html: str
    plain: str
    card: str = ""


def seal_content(revision_id: str, content: Content) -> bytes:
    """Seal a content for the revision that it belongs to."""
    text = json.dumps(asdict(content), ensure_ascii=False, separators=(",", ":"))
    return field_keys().seal_text(text, "revision", "sealed", revision_id)


def open_content(revision: Revision) -> Content:
    """The content of a revision. Raises `CannotOpen` when its text was erased or the key is missing."""
    if revision.sealed is None:
        raise CannotOpen
    return Content(**json.loads(field_keys().open_text(revision.sealed, "revision", "sealed", revision.id)))


def hash_of(title: str, body: str, name: str, note: str, card: str = "") -> bytes:
    """The keyed hash over everything that others will read."""
    key = field_keys().for_purpose("revision-hash")
    return keyed_hash(
        key, *(part.encode("utf-8", "surrogatepass") for part in (title, body, name, note, card))
    )


def seal_words(text: str, table: str, row: str) -> bytes:
    """Seal private words (a reason, a message) for the row that holds them."""
    return field_keys().seal_text(text, table, "sealed", row)


def open_words(sealed: bytes, table: str, row: str) -> str:
    """The private words of a row. Raises `CannotOpen`."""
    return field_keys().open_text(sealed, table, "sealed", row)
