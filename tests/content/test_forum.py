"""The demonstration forum has the shape its loader needs and covers every kind, lane and mode."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.content.wording import load, word_count, wrong_words

DEMO = load("demo/forum.toml")
TAGS = load("content/tags.toml")
NAMES = load("content/names.toml")
NOTES = {note["id"] for note in load("content/reasons.toml")["note"]}
KINDS = {"story", "challenge", "question", "celebration", "workshop"}
MODES = {"support", "experience", "advice", "question"}
TITLE_LIMIT, BODY_LIMIT = 120, 8000


def replies() -> list[dict[str, Any]]:
    return [reply for thread in DEMO["thread"] for reply in thread.get("reply", [])]


def waiting() -> list[dict[str, Any]]:
    return [entry for entry in [*DEMO["thread"], *replies()] if entry.get("wait")]


def test_circles_are_complete_and_of_each_audience() -> None:
    for circle in DEMO["circle"]:
        shown = set(circle) - {"keep_days"}
        assert {"key", "name", "audience", "topics", "description", "rules"} == shown
        assert len(circle["name"]) <= 60
        assert set(circle["topics"]) <= {tag["id"] for tag in TAGS["topic"]}
    assert {c["audience"] for c in DEMO["circle"]} == {"everyone", "members", "invited"}
    assert len({c["key"] for c in DEMO["circle"]}) == len(DEMO["circle"]) == 8


def test_threads_name_known_circles_kinds_and_tags() -> None:
    topics, feelings, experiences = (
        {tag["id"] for tag in TAGS[kind]} for kind in ("topic", "feeling", "experience")
    )
    for thread in DEMO["thread"]:
        assert thread["circle"] in {c["key"] for c in DEMO["circle"]}
        assert thread["kind"] in KINDS and thread["wish"] in {"listen", "advice"}
        assert 1 <= len(thread["topics"]) <= 3 and set(thread["topics"]) <= topics
        assert 1 <= len(thread["feelings"]) <= 2 and set(thread["feelings"]) <= feelings
        assert set(thread.get("experiences", [])) <= experiences
        assert thread.get("note") is None or thread["note"] in NOTES
        assert 0 < len(thread["title"]) <= TITLE_LIMIT and 0 < len(thread["body"]) <= BODY_LIMIT
    assert {thread["kind"] for thread in DEMO["thread"]} == KINDS


def test_published_threads_have_at_most_six_replies_and_a_few_wait_for_one() -> None:
    shown = Counter(
        sum(not reply.get("wait") for reply in thread.get("reply", []))
        for thread in DEMO["thread"]
        if not thread.get("wait")
    )
    assert max(shown) <= 6
    assert shown[0] == shown[1] == 2, "the shelf has something on it"
    assert sum(count for replies, count in shown.items() if replies >= 2) >= 20


def test_replies_use_every_mode_and_never_advise_where_listening_was_asked() -> None:
    assert {reply["mode"] for reply in replies()} == MODES
    for thread in DEMO["thread"]:
        if thread["wish"] == "listen":
            assert all(reply["mode"] != "advice" for reply in thread.get("reply", [])), thread["title"]


def test_pseudonyms_come_from_the_lists() -> None:
    adjectives, nouns = set(NAMES["adjectives"]), set(NAMES["nouns"])
    for entry in [*DEMO["thread"], *replies()]:
        first, second = entry["pseudonym"].split(" ")
        assert first in adjectives and second in nouns, entry["pseudonym"]


def test_what_waits_covers_the_lanes_and_tiers() -> None:
    lanes = Counter(entry["lane"] for entry in waiting())
    assert len(waiting()) >= 10 and min(lanes[lane] for lane in ("care", "conduct", "routine")) >= 2
    tiers = Counter(entry["tier"] for entry in waiting() if entry["lane"] == "care")
    assert tiers["D"] == 1 and tiers["B"] >= 1 and tiers["C"] >= 1
    assert any(entry.get("language") for entry in waiting())
    assert any(len(word) > 100 for entry in waiting() for word in entry["body"].split())


def test_lengths_vary() -> None:
    lengths = [word_count(entry["body"]) for entry in [*DEMO["thread"], *replies()]]
    assert min(lengths) <= 12 and 350 <= max(lengths) <= 520


def test_wording() -> None:
    assert wrong_words(DEMO, exclaiming=True) == []
    assert sum(text.count("!") for text in (entry["body"] for entry in DEMO["thread"])) <= 3
