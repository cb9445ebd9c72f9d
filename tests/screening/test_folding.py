from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.text.folding import fold, is_disguised

ATTACKS = Path(__file__).parents[3] / "shared" / "attacks" / "visible.jsonl"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("you are a l0ser", "you are a loser"),
        ("you 1d1ot", "you idiot"),
        ("y\u200bou id\u200diot", "you idiot"),
        ("you are a l.o.s.e.r", "you are a loser"),
        ("w o r t h l e s s", "worthless"),
        ("уоu аrе а lоsеr", "you are a loser"),
        ("ｙｏｕ ｌｏｓｅｒ", "you loser"),
        ("𝐲𝐨𝐮 𝐥𝐨𝐬𝐞𝐫", "you loser"),
        ("\u202eyou\u202c loser", "you loser"),
        ("ᴜ ᴀʀᴇ ᴀ ʟᴏꜱᴇʀ", "u are a loser"),
        ("l\u0336o\u0336s\u0336e\u0336r\u0336", "loser"),
        ("pathetic \U000e006c\U000e006f\U000e0073\U000e0065\U000e0072", "pathetic loser"),
    ],
)
def test_disguises_are_undone(typed: str, meant: str) -> None:
    folded = fold(typed)
    assert folded.text == meant
    assert is_disguised(typed, folded)


@pytest.mark.parametrize(
    "text",
    [
        "Привет, меня зовут Оксана",
        "Η Μαρία μου είπε καλημέρα",
        "my friend Søren and his sister Zoë",
        "写真を見ました",
        "I take 50mg at 8am, 2 kids, 3rd floor, B12 and covid19",
        "write to hello@example.com, it costs $500!!",
        "1 2 3 4 5",
        "I am worn down. Really.",
    ],
)
def test_ordinary_words_and_other_scripts_stay(text: str) -> None:
    assert fold(text).text == text


@given(st.text(max_size=300))
def test_every_folded_letter_knows_where_it_came_from(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.offsets)
    assert all(0 <= at < len(text) for at in folded.offsets)
    assert list(folded.offsets) == sorted(folded.offsets)


def test_a_passage_maps_back_to_what_was_typed() -> None:
    typed = "hello, you l\u200b0ser"
    folded = fold(typed)
    at = folded.text.index("loser")
    start, end = folded.original(at, at + 5)
    assert typed[start:end] == "l\u200b0ser"


def test_folding_is_quick_on_long_rows_of_letters() -> None:
    start = time.perf_counter()
    fold("a " * 4000 + "a.b." * 1000 + "а" * 4000)
    assert time.perf_counter() - start < 3


@pytest.mark.skipif(not ATTACKS.is_file(), reason="the corpus of attacks is not beside the checkout")
def test_most_disguises_of_the_corpus_are_undone() -> None:
    rows = [json.loads(line) for line in ATTACKS.read_text(encoding="ascii").splitlines()]
    pairs = [(row["payload"], row["plain"]) for row in rows if row["family"] == "evasion"]
    letters = re.compile(r"[^a-z]")
    undone = [
        letters.sub("", plain.lower()) in letters.sub("", fold(payload).text.lower())
        for payload, plain in pairs
    ]
    assert sum(undone) >= 0.9 * len(undone)


def test_words_run_together_are_set_apart_and_point_back() -> None:
    typed = "well, WhatADisgustingExcuse you are"
    folded = fold(typed)
    assert folded.text == "well, What A Disgusting Excuse you are"
    start = folded.text.index("Disgusting")
    assert typed[slice(*folded.original(start, start + len("Disgusting")))] == "Disgusting"
    assert is_disguised(typed, folded)


@pytest.mark.parametrize("name", ["JavaScript", "McDonald", "YouTube", "NHSTrust", "ADHD and PTSD", "LaTeX"])
def test_names_with_capitals_inside_stay(name: str) -> None:
    assert fold(name).text == name
