"""The index of what is published: put, drop, find. Everything happens in the transaction of the caller.

Answers come in one order on both engines: first what has every word in its title, then the rest, each
newest day first. There is no score, so nothing of a text that cannot be read shines through an order.
Within a day the order is one of chance: a number that only grew would keep, for good and over all circles,
who was published after whom, and so which names sat down to write together.

Both engines are asked twice, for titles and for the rest, each time in the order of the answers, so that the
search ends as soon as a page is full, however much there is. Words of titles stand in the index a second
time, marked as such: a common word is in many texts but in few titles.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, text

from forum.search import schema
from forum.search.words import TITLE_GAP, Question, Term, excerpt, read_question, tokens
from forum.storage.database import db

PAGE = 20
MOST_PAGES = 20

_KNOWN = text("SELECT number FROM search_index_text WHERE kind = :kind AND object_id = :id")
_DROP = text("DELETE FROM search_index_text WHERE kind = :kind AND object_id = :id")
_PUT = text(
    "INSERT INTO search_index_text (kind, object_id, circle_id, number, title, text) "
    "VALUES (:kind, :id, :circle, :number, :title, :text)"
)
_PUT_POSTGRES = text(
    "INSERT INTO search_index_text (kind, object_id, circle_id, number, title, text, words) "
    "VALUES (:kind, :id, :circle, :number, :title, :text, CAST(:words AS tsvector))"
)
_PUT_WORDS = text(
    "INSERT INTO search_index (rowid, place, title, text) VALUES (:number, :place, :title, :text)"
)
_DROP_WORDS = text("DELETE FROM search_index WHERE rowid = :number")
_FIND = text(
    "SELECT rowid FROM search_index WHERE search_index MATCH :question "
    "ORDER BY rowid DESC LIMIT :limit OFFSET :skip"
)
_HERE = "FROM search_index_text WHERE circle_id = ANY(:circles) AND kind = ANY(:kinds)"
_FIND_NEWEST = text(
    f"SELECT number FROM (SELECT number, words {_HERE} ORDER BY number DESC LIMIT 1000) newest "  # noqa: S608
    "WHERE words @@ CAST(:question AS tsquery) ORDER BY number DESC LIMIT :limit OFFSET :skip"
)
_FIND_ALL = text(
    f"SELECT number {_HERE} AND words @@ CAST(:question AS tsquery) "
    "ORDER BY number + 0 DESC LIMIT :limit OFFSET :skip"
)
"""`+ 0` keeps PostgreSQL, which cannot know how rare a beginning is, from reading by number to the end."""

_READ = text(
    "SELECT number, kind, object_id, text FROM search_index_text WHERE number IN :numbers"
).bindparams(bindparam("numbers", expanding=True))
_EVERYTHING = text("SELECT number, kind, circle_id, title, text FROM search_index_text")
_KNOW_IT = text("ANALYZE search_index_text")
"""Else PostgreSQL plans for a table that it believes to be nearly empty until it looks by itself."""

_WORDS_AGAIN = text("UPDATE search_index_text SET words = CAST(:words AS tsvector) WHERE number = :number")
Entry = tuple[str, str, str, str, str, date]
"""What can be found: its kind, id and circle, its title, its text, and the day it was published."""

CHANCE_BITS = 40
"""Numbers of one day differ in these bits; above them stands the day."""

KINDS = ("thread", "reply", "card")

IN_TITLE, IN_TITLE_POSTGRES = "t", "="
"""How a word of a title is marked: in FTS5 it stands in a column of marks, in a tsvector among all words."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found, and the part of its text around the first word asked for."""

    kind: str
    id: str
    excerpt: str


def put(kind: str, object_id: str, circle_id: str, title: str, body: str, day: date) -> None:
    """Let a published text be found, in the place of what stood there before; it keeps its place in order."""
    connection = db.session.connection()
    known = connection.execute(_KNOWN, {"kind": kind, "id": object_id}).scalar()
    if known is not None:
        drop(kind, object_id)
    _insert(connection, (kind, object_id, circle_id, title, body, day), known or _number(day))


def _number(day: date) -> int:
    return (day.toordinal() << CHANCE_BITS) | secrets.randbits(CHANCE_BITS)


def _insert(connection: Connection, found: Entry, number: int) -> None:
    kind, object_id, circle_id, title, body, _day = found
    row: dict[str, Any] = {
        "kind": kind,
        "id": object_id,
        "circle": circle_id,
        "number": number,
        "title": title.replace("\0", ""),
        "text": body.replace("\0", ""),
    }
    if _is_postgres(connection):
        connection.execute(_PUT_POSTGRES, {**row, "words": _with_places(tokens(title), tokens(body))})
        return
    connection.execute(_PUT, row)
    connection.execute(_PUT_WORDS, _words(row))


def _words(row: dict[str, Any]) -> dict[str, Any]:
    """What FTS5 keeps of a row."""
    title = tokens(row["title"])
    place = [_place("k", row["kind"]), _place("c", row["circle"]), *(f"{IN_TITLE}{token}" for token in title)]
    body = " ".join(tokens(row["text"]))
    return {"number": row["number"], "place": " ".join(place), "title": " ".join(title), "text": body}


def drop(kind: str, object_id: str) -> None:
    """Let something be found no more."""
    connection = db.session.connection()
    if not _is_postgres(connection):
        number = connection.execute(_KNOWN, {"kind": kind, "id": object_id}).scalar()
        if number is None:
            return
        connection.execute(_DROP_WORDS, {"number": number})
    connection.execute(_DROP, {"kind": kind, "id": object_id})


def fill(connection: Connection, entries: Iterable[Entry]) -> None:
    """Empty the index and fill it anew."""
    if not _is_postgres(connection):
        connection.execute(text("DELETE FROM search_index"))
    connection.execute(text("DELETE FROM search_index_text"))
    for entry in entries:
        _insert(connection, entry, _number(entry[-1]))
    if _is_postgres(connection):
        connection.execute(_KNOW_IT)


def cut_anew(connection: Connection) -> None:
    """Cut every text that can be found into words again, in the way of today. For a migration."""
    found = connection.execute(_EVERYTHING).all()
    if _is_postgres(connection):
        for number, _kind, _circle, title, body in found:
            words = _with_places(tokens(title), tokens(body))
            connection.execute(_WORDS_AGAIN, {"number": number, "words": words})
        connection.execute(_KNOW_IT)
        return
    schema.make_words_anew(connection)
    for row in found:
        names = ("number", "kind", "circle", "title", "text")
        connection.execute(_PUT_WORDS, _words(dict(zip(names, row, strict=True))))


def tidy() -> None:
    """Let FTS5 write its index anew, so that no word of what was dropped remains in the file."""
    connection = db.session.connection()
    if not _is_postgres(connection):
        connection.execute(text("INSERT INTO search_index (search_index) VALUES ('optimize')"))


def find(query: str, circle_ids: Collection[str], page: int = 1, kinds: Collection[str] = KINDS) -> list[Hit]:
    """One page of what is published in some circles, and one hit more when there is a further page.

    Whatever is typed, nothing is raised; a question without a word to look for finds nothing.
    """
    question = read_question(query)
    if not question.wanted or not circle_ids or not kinds or not 1 <= page <= MOST_PAGES:
        return []
    connection = db.session.connection()
    ask = _ask_postgres if _is_postgres(connection) else _ask_sqlite
    numbers = _numbers(partial(ask, connection, circle_ids, kinds), question, (page - 1) * PAGE)
    found = _read(connection, numbers)
    return [Hit(kind, object_id, excerpt(body, question)) for kind, object_id, body in found]


def _numbers(
    ask: Callable[[Question, bool, int, int], list[int]], question: Question, skip: int
) -> list[int]:
    """What is found, by number: with all words in the title first."""
    first = ask(question, True, skip + PAGE + 1, 0)
    missing = PAGE + 1 - len(first[skip:])
    if not missing:
        return first[skip:]
    return first[skip:] + ask(question, False, missing, max(0, skip - len(first)))


NOTHING = 'place : "none"'
"""Leaving out nothing keeps FTS5 from weighing each word against the whole circle: the words come first."""


def _ask_sqlite(
    connection: Connection,
    circle_ids: Collection[str],
    kinds: Collection[str],
    question: Question,
    in_title: bool,
    limit: int,
    skip: int,
) -> list[int]:
    titled, asked = _match(question, in_title=True), _match(question, in_title=False)
    here = [_one_of("c", circle_ids)]
    if set(kinds) != set(KINDS):
        here.append(_one_of("k", kinds))
    wanted = f"({titled} NOT {NOTHING})" if in_title else f"({asked} NOT {titled})"
    found = connection.execute(
        _FIND, {"question": " AND ".join([*here, wanted]), "limit": limit, "skip": skip}
    )
    return list(found.scalars())


def _ask_postgres(
    connection: Connection,
    circle_ids: Collection[str],
    kinds: Collection[str],
    question: Question,
    in_title: bool,
    limit: int,
    skip: int,
) -> list[int]:
    """As FTS5 does: of frequent words the newest texts fill a page, rare ones are looked up in the index."""
    titled, asked = _tsquery(question, in_title=True), _tsquery(question, in_title=False)
    values: dict[str, Any] = {"circles": list(circle_ids), "kinds": list(kinds)}
    values |= {"question": titled if in_title else f"{asked} & !({titled})", "limit": limit, "skip": skip}
    found = [] if in_title else list(connection.execute(_FIND_NEWEST, values).scalars())
    return found if len(found) == limit else list(connection.execute(_FIND_ALL, values).scalars())


def _read(connection: Connection, numbers: list[int]) -> list[tuple[str, str, str]]:
    if not numbers:
        return []
    rows = {row[0]: (row[1], row[2], row[3]) for row in connection.execute(_READ, {"numbers": numbers})}
    return [rows[number] for number in numbers]


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _place(sort: str, name: str) -> str:
    """The word by which FTS5 finds a kind or a circle; ids differ by case, its words do not."""
    return sort + name.encode().hex()


def _one_of(sort: str, names: Collection[str]) -> str:
    return "place : (" + " OR ".join(f'"{_place(sort, name)}"' for name in sorted(names)) + ")"


def _match(question: Question, *, in_title: bool) -> str:
    """The question in the language of FTS5. Words are letters and digits, so nothing can break out."""

    def said(term: Term, mark: str = "") -> str:
        return f'"{" ".join(mark + token for token in term.tokens)}"' + ("*" if term.open_end else "")

    wanted = " AND ".join(said(term, IN_TITLE if in_title else "") for term in question.wanted)
    asked = f"({'place' if in_title else '{title text}'} : ({wanted}))"
    if not question.unwanted:
        return asked
    unwanted = " OR ".join(said(term) for term in question.unwanted)
    return f"({asked} NOT ({{title text}} : ({unwanted})))"


def _tsquery(question: Question, *, in_title: bool) -> str:
    """The question in the language of tsvector."""

    def said(term: Term, mark: str = "") -> str:
        marked = [f"'{mark}{token}'" for token in term.tokens]
        if term.open_end:
            marked[-1] += ":*"
        return "(" + " <-> ".join(marked) + ")"

    wanted = [said(term, IN_TITLE_POSTGRES if in_title else "") for term in question.wanted]
    return " & ".join([*wanted, *("!" + said(term) for term in question.unwanted)])


def _with_places(title: list[str], body: list[str]) -> str:
    """Title and text as one tsvector; the gap keeps words in a row from reaching from one to the other."""
    first = len(title) + TITLE_GAP
    places: dict[str, list[str]] = {}
    for at, token in enumerate(title, 1):
        places.setdefault(token, []).append(str(at))
        places.setdefault(f"{IN_TITLE_POSTGRES}{token}", []).append(str(at))
    for at, token in enumerate(body, first):
        places.setdefault(token, []).append(str(at))
    return " ".join(f"'{token}':{','.join(found)}" for token, found in places.items())
