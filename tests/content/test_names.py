"""The words for pseudonyms are many, plain, and free of what could wound in a pair."""

from __future__ import annotations

import re

from tests.content.wording import load

NAMES = load("content/names.toml")
WOUNDING = """
alone bitter black blade blue bridge broken brown burnt cliff cloudburst cold crazy cuckoo dark dead
deep drain dull empty faded falling fat fog fragile frail grave grey heavy hollow jumper knife last
lazy little lonely loon lost mad mirror mug narrow needle nut pale pit poor raven razor red restless
river rope round sack sad scarlet sharp short shrew silent silly simple sinking sleepy slender slim
slow small snail snowflake sour stray swing thin thorn tired ugly useless vegetable weak weary white
wild worm yellow
"""
FIRST_NAMES = """
amber april ash aspen autumn basil bay brook clay coral crystal daisy dale dawn fern finch flora
frank ginger grace hazel heather holly hope iris ivy jade jasmine jay joy juniper lily linden martin
melody misty olive opal pearl penny piper poppy reed river robin rose rosemary rowan ruby rusty
saffron sage sandy sky summer sunny teddy viola violet willow wren
"""


def test_enough_of_each() -> None:
    assert len(NAMES["adjectives"]) >= 220 and len(NAMES["nouns"]) >= 260


def test_sorted_unique_single_capitalised_words() -> None:
    for words in (NAMES["adjectives"], NAMES["nouns"]):
        assert words == sorted(set(words))
        assert all(re.fullmatch(r"[A-Z][a-z]{2,14}", word) for word in words)


def test_no_word_that_wounds_or_names_a_person() -> None:
    words = {word.lower() for word in [*NAMES["adjectives"], *NAMES["nouns"]]}
    assert words & {*WOUNDING.split(), *FIRST_NAMES.split()} == set()
