"""The same questions to both engines, and nothing that cannot be answered."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.search import index, schema
from forum.search.words import MOST_TERMS, excerpt, read_question, tokens
from forum.storage.database import db, writing
from tests import engines

TEXTS = [
    ("thread", "one", "A", "After the night shift", "I’m so tired of being tired. The rota came out again."),
    ("reply", "two", "A", "", "Night shifts took my sleep; a colleague put tea next to me."),
    ("thread", "three", "B", "Boundaries at work", "I don't say no. Café noise, naïve hopes, ﬁne print."),
    ("card", "four", "C", "Ten minutes of nothing", "Sit on the stair. Sleepless nights get shorter."),
    ("thread", "five", "A", "Sleep", "No phone in bed. 睡眠 matters, schlaf auch: Straße, ÜBER."),
    ("reply", "six", "a", "", "The other circle whose id differs by case: tired."),
]
ALL = ["A", "B", "C", "a"]
QUESTIONS = [
    ("tired", ["six", "one"]),
    ("TIRED rota", ["one"]),
    ("night", ["one", "four", "two"]),
    ('"night shift"', ["one", "two"]),
    ('"shift night"', []),
    ("sleep", ["five", "four", "two"]),
    ('"sleep"', ["five", "two"]),
    ("sleep -phone", ["four", "two"]),
    ("dont", ["three"]),
    ("don’t cafe", ["three"]),
    ("fine", ["three"]),
    ("naive", ["three"]),
    ("眠", ["five"]),
    ("睡眠", ["five"]),
    ("眠睡", []),
    ("strasse", ["five"]),
    ("uber", ["five"]),
    ("shift tired", ["one"]),
    ('"shift im"', []),
    ("-tired", []),
    ("no", ["five", "three"]),
    ("nothing", ["four"]),
    ("boundary", ["three"]),
    ("", []),
    ('"', []),
    ("AND OR NOT NEAR", []),
    ("title:sleep", []),
    ("sleep*", ["five", "four", "two"]),
    ("(sleep", ["five", "four", "two"]),
    ("' & | ! <-> :* \\", []),
]


def _day_of(text) -> date:
    """Each text of a day of its own, in the order in which they stand above."""
    return date(2026, 1, 1) + timedelta(days=TEXTS.index(text))


def _fill() -> None:
    with writing():
        for text in TEXTS:
            index.put(*text, _day_of(text))


def _found(query: str, circles=ALL, **more) -> list[str]:
    return [hit.id for hit in index.find(query, circles, **more)]


def test_both_engines_give_the_answers_that_are_written_down(engine_app):
    _fill()
    assert {query: _found(query) for query, _ in QUESTIONS} == dict(QUESTIONS)


def test_only_the_circles_and_kinds_asked_for_are_looked_at(engine_app):
    _fill()
    assert _found("tired", ["A"]) == ["one"]
    assert _found("tired", ["a"]) == ["six"]
    assert _found("tired", []) == []
    assert _found("sleep", ALL, kinds=("card",)) == ["four"]


def test_what_is_dropped_is_gone_and_what_is_put_again_keeps_its_place(engine_app):
    _fill()
    with writing():
        index.drop("thread", "one")
        index.drop("thread", "never there")
        index.put("reply", "two", "A", "", "Quite another text about tired feet.", date(2026, 5, 1))
    assert _found("tired") == ["six", "two"]
    assert _found("tea") == []
    with writing():
        index.fill(db.session.connection(), [(*TEXTS[0], _day_of(TEXTS[0]))])
    assert _found("tired") == ["one"]
    assert _found("text") == []


def test_pages_follow_each_other_without_a_gap(engine_app):
    day = date(2026, 1, 1)
    with writing():
        for number in range(45):
            index.put("reply", f"n{number:02}", "A", "", f"tired {number}", day + timedelta(days=number))
    pages = [_found("tired", page=page) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [21, 21, 5, 0]
    joined = [one for page in pages for one in page[: index.PAGE]]
    assert joined == [f"n{number:02}" for number in range(44, -1, -1)]
    assert _found("tired", page=0) == _found("tired", page=10**9) == []


def test_within_a_day_the_order_says_nothing_of_what_was_published_first(engine_app):
    day = date(2026, 1, 1)
    with writing():
        for number in range(20):
            index.put("reply", f"n{number:02}", "A", "", "tired", day)
    found = _found("tired")
    assert sorted(found) == [f"n{number:02}" for number in range(20)]
    assert found not in (sorted(found), sorted(found, reverse=True))


def test_no_word_of_what_was_dropped_stays_in_the_file(app, settings):
    with writing():
        index.put("thread", "one", "A", "", "quetzalcoatl", date(2026, 1, 1))
    with writing():
        index.drop("thread", "one")
    with writing():
        index.tidy()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    assert b"quetzalcoatl" not in (settings.data_dir / "forum.sqlite3").read_bytes()


def test_the_tables_go_and_come_again(engine_app):
    with writing() as session:
        schema.drop(session.connection())
        schema.create(session.connection())
    _fill()
    assert _found("tired") == ["six", "one"]


def test_an_index_of_an_older_program_is_cut_anew(engine_app):
    _fill()
    with writing() as session:
        _forget_marks_of_titles(session.connection())
    assert _found("night")[0] == "four", "without the marks no title comes first"
    with writing() as session:
        index.cut_anew(session.connection())
    assert {query: _found(query) for query, _ in QUESTIONS} == dict(QUESTIONS)


def _forget_marks_of_titles(connection) -> None:
    """Leave the words of titles where an older program put them, among all words only."""
    if connection.dialect.name == "postgresql":
        plain = "regexp_replace(words::text, $$'=[^ ]+$$, '', 'g')::tsvector"
        connection.execute(db.text(f"UPDATE search_index_text SET words = {plain}"))
        return
    for number, place in connection.execute(db.text("SELECT rowid, place FROM search_index")).all():
        values = {"place": " ".join(place.split()[:2]), "number": number}
        connection.execute(db.text("UPDATE search_index SET place = :place WHERE rowid = :number"), values)


@pytest.fixture(scope="module")
def both(tmp_path_factory, postgres_server, prepared_sqlite):
    """The program on each engine, filled alike."""
    folders = [tmp_path_factory.mktemp("search") for _ in range(2)]
    engines.copy_sqlite(prepared_sqlite, folders[0])
    name = postgres_server.create()
    made = [
        engines.settings_in(folders[0]),
        engines.settings_in(folders[1], DATABASE_URL=postgres_server.url(name)),
    ]
    yield made
    postgres_server.drop(name)


WORDS = st.sampled_from(["tired", "night", "shift", "sleep", "tea", "no", "the", "don't", "Café", "睡眠"])
SIGNS = st.sampled_from(['"', "-", " ", "*", "(", ":", "'", "\\", "\0", "\ud800", "_", "NEAR"])


@pytest.mark.postgres
def test_whatever_is_typed_both_engines_agree_and_nothing_is_raised(both):
    asked: list[str] = []

    @settings(max_examples=150, deadline=None, database=None)
    @given(st.lists(st.one_of(WORDS, SIGNS, st.text(max_size=5)), max_size=9))
    def collect(parts):
        asked.append("".join(parts) if len(parts) % 2 else " ".join(parts))

    collect()
    answers = []
    for one in both:
        with engines.running(one):
            _fill()
            answers.append({query: index.find(query, ALL) for query in asked})
    assert answers[0] == answers[1]
    assert any(answers[0].values())


@given(st.text())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_text_can_be_cut_and_any_question_read(typed):
    assert all(token.isascii() and token.isalnum() for token in tokens(typed))
    question = read_question(typed)
    assert len(question.wanted) + len(question.unwanted) <= MOST_TERMS
    assert len(excerpt(typed, question)) <= 230


def test_an_excerpt_shows_the_words_asked_for():
    text = "Nothing of note. " * 40 + "Then the heron stood in the rain. " + "And more. " * 40
    shown = excerpt(text, read_question("herons"))
    assert "heron stood" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert excerpt("Short.", read_question("x")) == "Short."


@pytest.mark.postgres
def test_rare_and_frequent_words_come_in_one_order_on_postgresql(postgres_app, monkeypatch):
    """Frequent words fill a page from the newest texts, rare ones come from the index: both newest first."""
    with writing():
        for number in range(60):
            word = "heron" if number % 20 == 0 else "tired"
            index.put("reply", f"n{number:02}", "A", "", word, date(2026, 1, 1) + timedelta(days=number))
    asked = (("tired", 1), ("tired", 2), ("tired", 3), ("heron", 1))
    before = {key: _found(key[0], page=key[1]) for key in asked}
    newest = str(index._FIND_NEWEST).replace("LIMIT 1000", "LIMIT 30")
    monkeypatch.setattr(index, "_FIND_NEWEST", db.text(newest))
    assert {key: _found(key[0], page=key[1]) for key in asked} == before
    assert before["heron", 1] == ["n40", "n20", "n00"]


def test_titles_come_first_across_pages(engine_app):
    day = date(2026, 1, 1)
    with writing():
        for number in range(30):
            index.put("thread", f"t{number:02}", "A", "tired", "words", day + timedelta(days=number))
            index.put("reply", f"r{number:02}", "A", "", "tired words", day + timedelta(days=number))
    wanted = [f"t{number:02}" for number in range(29, -1, -1)] + [
        f"r{number:02}" for number in range(29, -1, -1)
    ]
    found = [one for page in (1, 2, 3) for one in _found("tired", page=page)[: index.PAGE]]
    assert found == wanted
    assert [len(_found("tired", page=page)) for page in (1, 2, 3)] == [21, 21, 20]
