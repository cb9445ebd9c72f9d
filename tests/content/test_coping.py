"""Starter strategies, myth cards and the page of other help have their shape and keep to the wording."""

from __future__ import annotations

import re

from tests.content.wording import FORUM, load, word_count, wrong_words

CARDS = load("coping/cards.toml")["card"]
MYTHS = load("coping/myths.toml")["card"]
OTHER_HELP = (FORUM / "coping" / "other_help.md").read_text(encoding="utf-8")
NAMES = load("content/names.toml")
PARTS = ("when", "what", "how", "not_for")


def test_thirty_cards_with_all_parts() -> None:
    assert len(CARDS) == len({card["id"] for card in CARDS}) == 30
    for card in CARDS:
        assert {"id", "title", "by", "tags", *PARTS} == set(card) - {"guide"}
        assert all(word_count(card[part]) >= 10 for part in PARTS), card["id"]
        assert 80 <= sum(word_count(card[part]) for part in PARTS) <= 220, card["id"]
        assert len(card["title"]) <= 80


def test_each_card_is_one_person_speaking() -> None:
    for card in CARDS:
        own = " ".join(card[part] for part in ("when", "what", "how"))
        assert re.search(r"\b(I|my|me)\b", own), card["id"]
        first, second = card["by"].split(" ")
        assert first in NAMES["adjectives"] and second in NAMES["nouns"], card["id"]


def test_each_card_ends_with_a_caution() -> None:
    for card in CARDS:
        assert re.match(r"Not ", card["not_for"]), card["id"]
        assert len(re.findall(r"[.?](?:\s|$)", card["not_for"])) >= 2, card["id"]


def test_tags_are_known_and_the_guides_cover_what_was_promised() -> None:
    topics = {tag["id"] for tag in load("content/tags.toml")["topic"]}
    assert all(set(card["tags"]) <= topics and card["tags"] for card in CARDS)
    guided = {tag for card in CARDS if card.get("guide") for tag in card["tags"]}
    assert {"workload", "asking-for-help", "back-to-work", "shift-work"} <= guided


def test_sixteen_myths() -> None:
    assert len(MYTHS) == len({card["id"] for card in MYTHS}) == 16
    for card in MYTHS:
        assert set(card) == {"id", "myth", "fact", "more"}
        assert word_count(card["fact"]) <= 25 and 20 <= word_count(card["more"]) <= 70, card["id"]
        assert not re.search(r"\d", card["fact"] + card["more"]), card["id"]


def test_other_help_points_to_help_and_says_what_we_cannot_do() -> None:
    assert "(/help)" in OTHER_HELP and "can’t send anyone" in OTHER_HELP
    assert OTHER_HELP.count("\n## ") >= 8


def test_wording() -> None:
    assert wrong_words([CARDS, MYTHS, OTHER_HELP]) == []
