"""The index of what is published: put, drop, find. Everything happens in the transaction of the caller.

Answers come in one order on both engines: first what has every word in its title, then the rest, each
newest day first. There is no score, so nothing of a text that cannot be read shines through an order.
Within a day the order is one of chance: a number that only grew would keep, for good and over all circles,
who was published after whom, and so which names sat down to write together.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, text

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
_READ = text(
    "SELECT number, kind, object_id, text FROM search_index_text WHERE number IN :numbers"
).bindparams(bindparam("numbers", expanding=True))
_FIND_POSTGRES = text(
    "SELECT kind, object_id, text FROM search_index_text "
    "WHERE circle_id = ANY(:circles) AND kind = ANY(:kinds) AND words @@ CAST(:question AS tsquery) "
    "ORDER BY words @@ CAST(:in_title AS tsquery) DESC, number DESC, object_id LIMIT :limit OFFSET :skip"
)
Entry = tuple[str, str, str, str, str, date]
"""What can be found: its kind, id and circle, its title, its text, and the day it was published."""

CHANCE_BITS = 40
"""Numbers of one day differ in these bits; above them stands the day."""

KINDS = ("thread", "reply", "card")


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
    words = {"title": " ".join(tokens(title)), "text": " ".join(tokens(body))}
    place = f"{_place('k', kind)} {_place('c', circle_id)}"
    connection.execute(_PUT_WORDS, {"number": number, "place": place, **words})


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
    if _is_postgres(connection):
        values: dict[str, Any] = {"limit": PAGE + 1, "skip": (page - 1) * PAGE}
        values |= {"circles": list(circle_ids), "kinds": list(kinds)}
        values |= {"question": _tsquery(question), "in_title": _tsquery(question, "A")}
        found = [tuple(row) for row in connection.execute(_FIND_POSTGRES, values)]
    else:
        here = f"{_one_of('k', kinds)} AND {_one_of('c', circle_ids)}"
        found = _read(connection, _numbers(connection, here, question, (page - 1) * PAGE))
    return [Hit(kind, object_id, excerpt(body, question)) for kind, object_id, body in found]


def _numbers(connection: Connection, here: str, question: Question, skip: int) -> list[int]:
    """What FTS5 finds, by number: with all words in the title first.

    Two questions in the order of the index, so that each stops as soon as the page is full.
    """

    def ask(question: str, limit: int, skip: int) -> list[int]:
        values = {"question": question, "limit": limit, "skip": skip}
        return [row[0] for row in connection.execute(_FIND, values)]

    titled = f"{here} AND {_match(question, 'title')}"
    first = ask(titled, skip + PAGE + 1, 0)
    missing = PAGE + 1 - len(first[skip:])
    if not missing:
        return first[skip:]
    rest = f"({here} AND {_match(question, '{title text}')}) NOT ({titled})"
    return first[skip:] + ask(rest, missing, max(0, skip - len(first)))


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


def _match(question: Question, columns: str) -> str:
    """The question in the language of FTS5. Words are letters and digits, so nothing can break out."""

    def said(term: Term) -> str:
        return f'"{" ".join(term.tokens)}"' + ("*" if term.open_end else "")

    wanted = " AND ".join(said(term) for term in question.wanted)
    asked = f"({columns} : ({wanted}))"
    if not question.unwanted:
        return asked
    unwanted = " OR ".join(said(term) for term in question.unwanted)
    return f"({asked} NOT ({{title text}} : ({unwanted})))"


def _tsquery(question: Question, weight: str = "") -> str:
    """The question in the language of tsvector; `weight` A looks into titles only."""

    def said(term: Term, label: str) -> str:
        last = len(term.tokens) - 1
        labels = [("*" if term.open_end and at == last else "") + label for at in range(last + 1)]
        marked = [
            f"'{token}'" + (f":{mark}" if mark else "")
            for token, mark in zip(term.tokens, labels, strict=True)
        ]
        return "(" + " <-> ".join(marked) + ")"

    wanted = [said(term, weight) for term in question.wanted]
    return " & ".join([*wanted, *("!" + said(term, "") for term in question.unwanted)])


def _with_places(title: list[str], body: list[str]) -> str:
    """Title and text as one tsvector; the gap keeps words in a row from reaching from one to the other."""
    first = len(title) + TITLE_GAP
    places: dict[str, list[str]] = {}
    for at, token in enumerate(title, 1):
        places.setdefault(token, []).append(f"{at}A")
    for at, token in enumerate(body, first):
        places.setdefault(token, []).append(str(at))
    return " ".join(f"'{token}':{','.join(found)}" for token, found in places.items())
