"""The moderators' handbook covers every lane and tier and keeps to the wording."""

from __future__ import annotations

import re

from tests.content.wording import FORUM, word_count, wrong_words

HANDBOOK = (FORUM.parent / "docs" / "moderation-handbook.md").read_text(encoding="utf-8")


def test_every_lane_and_tier_has_a_row() -> None:
    for name in ("care", "conduct", "reported", "appeal", "routine", "A", "B", "C", "D", "E"):
        assert re.search(rf"^\| {name} \|", HANDBOOK, re.MULTILINE), name


def test_it_says_the_hard_things() -> None:
    for words in ("Two people publish or decline D and E", "can’t send anyone", "Never say", "debrief"):
        assert words in HANDBOOK


def test_it_is_short() -> None:
    assert word_count(HANDBOOK) <= 2500


def test_wording() -> None:
    named_to_be_tolerated = HANDBOOK.replace("*commit suicide*", "")
    assert wrong_words(named_to_be_tolerated) == []
