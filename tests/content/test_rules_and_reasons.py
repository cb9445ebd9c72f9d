"""Rules, reasons, content notes and tags fit together and speak kindly."""

from __future__ import annotations

import re

from tests.content.wording import FORUM, load, wrong_words

RULES = (FORUM / "content" / "rules.md").read_text(encoding="utf-8")
REASONS = load("content/reasons.toml")
RULE_IDS = set(re.findall(r"^## (R\d) · ", RULES, re.MULTILINE))


def test_eight_rules_in_order() -> None:
    assert re.findall(r"^## (R\d) · ", RULES, re.MULTILINE) == [f"R{n}" for n in range(1, 9)]


def test_every_rule_has_a_reason_and_every_reason_a_known_rule() -> None:
    cited = {reason["rule"] for reason in REASONS["reason"]} - {""}
    assert cited == RULE_IDS


def test_reasons_are_complete() -> None:
    ids = [reason["id"] for reason in REASONS["reason"]]
    assert len(ids) == len(set(ids))
    for reason in REASONS["reason"]:
        assert {"id", "use", "rule", "title", "template"} == set(reason)
        assert set(reason["use"]) <= {"return", "decline", "hide", "remove"}
    used = {use for reason in REASONS["reason"] for use in reason["use"]}
    assert used == {"return", "decline", "hide", "remove"}


def test_every_template_has_a_gap_that_a_person_must_fill() -> None:
    for reason in REASONS["reason"]:
        assert re.search(r"\[[^\]]{4,}\](?!\()", reason["template"]), reason["id"]


def test_a_decline_names_the_appeal() -> None:
    for reason in REASONS["reason"]:
        if "decline" in reason["use"]:
            assert "appeal" in reason["template"], reason["id"]


def test_notes_and_tags_have_unique_ids_and_short_labels() -> None:
    lists = [REASONS["note"], REASONS["report"], *load("content/tags.toml").values()]
    for entries in lists:
        assert len({entry["id"] for entry in entries}) == len(entries)
        assert all(0 < len(entry["label"]) <= 40 for entry in entries)
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", entry["id"]) for entry in entries)


def test_wording() -> None:
    assert wrong_words([RULES, REASONS, load("content/tags.toml")]) == []
