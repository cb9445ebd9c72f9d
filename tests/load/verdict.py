"""What must be true at the end of the day, read from the database after every process has ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from config import Settings
from forum.circles import rules
from forum.circles.content import open_content
from forum.circles.models import Decision, PublishedPost, Revision
from forum.screening.models import Screening
from forum.storage.database import db
from forum.storage.sealing import keyed_hash
from forum.storage.settings import lasting_key
from tests import engines
from tests.faults.site import Kept
from tests.load.book import Book

Count = tuple[str, int]


@contextmanager
def _kept(settings: Settings, book: Book) -> Iterator[Kept]:
    with engines.running(settings) as app:
        yield Kept(app, book.acknowledged)


def check(settings: Settings, book: Book) -> list[Count]:
    """What lies in the database, in numbers. What does not hold is entered into the book as wrong."""
    with _kept(settings, book) as kept:
        for promise in (_whole, _read_after_publish):
            promise(book)
        try:
            kept.ask()
        except AssertionError as error:
            book.complain(f"a promise is broken: {error}")
        db.session.rollback()
        return _counts()


def _whole(book: Book) -> None:
    """Every received form has just one revision, in a known state, with the very words that were sent."""
    for key, body in book.bodies.items():
        form = keyed_hash(lasting_key("form-key"), key)
        found = db.session.scalars(select(Revision).where(Revision.form_hash == form)).all()
        if len(found) != 1:
            book.complain(f"a received text is there {len(found)} times")
            continue
        if found[0].state not in rules.STATES:
            book.complain("a received text is in no known state")
        if found[0].sealed is not None and open_content(found[0]).body != body:
            book.complain("a received text has other words")


def _read_after_publish(book: Book) -> None:
    """Nobody else read a text before a moderator asked to publish it."""
    for mark, seen_at in book.seen.items():
        asked_at = book.asked_to_publish.get(mark)
        if asked_at is None or asked_at > seen_at:
            book.complain("a text was read before it was published")


def _counts() -> list[Count]:
    def many(model: type, *where: object) -> int:
        return int(db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0)  # type: ignore[arg-type]

    return [
        ("versions of texts", many(Revision)),
        ("published posts", many(PublishedPost)),
        ("decisions", many(Decision)),
        ("scored", many(Screening, Screening.state == "done")),
        ("still to be scored", many(Screening, Screening.state == "pending")),
    ]
