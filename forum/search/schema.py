"""The tables of the search index. They hold published text only and can be made anew at any time.

`search_index_text` keeps what can be found, one row for each published object. On SQLite a virtual table
of FTS5 holds its words; on PostgreSQL a column of the same row does. Both are fed with the words of
`words.tokens`, so that no engine cuts a text in its own way.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_TEXT = """
CREATE TABLE search_index_text (
    kind VARCHAR(8) NOT NULL,
    object_id VARCHAR(22) NOT NULL,
    circle_id VARCHAR(22) NOT NULL,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    {words}
    PRIMARY KEY (kind, object_id)
) {without_rowid}
"""
_NUMBER = "CREATE INDEX search_index_number ON search_index_text (number)"
_FTS5 = """
CREATE VIRTUAL TABLE search_index USING fts5(
    place, title, text, tokenize = 'ascii', columnsize = 0, prefix = '3 4 5 6 7 8'
)
"""
"""Beginnings of three to eight letters are kept as if they were words, so that a search reads no further than
its page. It makes the index twice as large; longer beginnings are of few words, which are read to the end.
"""
_ERASES = (3, 42)
"""From this version of SQLite on, FTS5 overwrites the words of what is deleted at once."""


def create(connection: Connection) -> None:
    """Make the tables of the index; for a migration, and for databases made without one."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_TEXT.format(words="words TSVECTOR NOT NULL,", without_rowid="")))
        connection.execute(text("CREATE INDEX search_index_words ON search_index_text USING gin (words)"))
        connection.execute(text(_NUMBER))
        return
    connection.execute(text(_TEXT.format(words="", without_rowid="WITHOUT ROWID")))
    connection.execute(text(_NUMBER))
    _create_words(connection)


def make_words_anew(connection: Connection) -> None:
    """Make the table of FTS5 anew, empty; on SQLite."""
    connection.execute(text("DROP TABLE search_index"))
    _create_words(connection)


def _create_words(connection: Connection) -> None:
    connection.execute(text(_FTS5))
    version = connection.execute(text("SELECT sqlite_version()")).scalar_one()
    if tuple(map(int, version.split(".")[:2])) >= _ERASES:
        connection.execute(text("INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1)"))


def drop(connection: Connection) -> None:
    """Remove the tables of the index."""
    if connection.dialect.name != "postgresql":
        connection.execute(text("DROP TABLE search_index"))
    connection.execute(text("DROP TABLE search_index_text"))
