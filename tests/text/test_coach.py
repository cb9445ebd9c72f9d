"""The reply coach on replies whose labels were written by hand, half of them held back."""

from __future__ import annotations

from collections import Counter

import pytest

from forum.text import coach as coaching
from forum.text import coach_report
from forum.text.coach import GOOD_REPLIES_LIMIT, SWITCHED_OFF, WORDING, coach, parts_of, wanted
from forum.text.coach_report import REPLIES, figures, read_replies
from tests.text.hostile_texts import hostile


def test_half_of_more_than_a_hundred_replies_is_held_back() -> None:
    halves = {half: read_replies(REPLIES, half) for half in ("dev", "held")}
    assert [len(replies) for replies in halves.values()] == [55, 55]
    assert all(25 <= sum(reply.good for reply in replies) <= 30 for replies in halves.values())
    assert not {reply.text for reply in halves["dev"]} & {reply.text for reply in halves["held"]}


@pytest.mark.parametrize("half", ["held", "fresh"])
def test_a_hint_that_bothers_good_replies_is_switched_off(half: str) -> None:
    for kind, share in figures(read_replies(REPLIES, half)).items():
        assert share.on_good <= GOOD_REPLIES_LIMIT or kind in SWITCHED_OFF, kind


def test_the_held_half_is_read_well_enough() -> None:
    found = figures(read_replies(REPLIES, "held"))
    for kind in ("feeling", "understanding", "advice"):
        assert found[kind].precision >= 0.85 and found[kind].recall >= 0.85, kind  # type: ignore[index]


@pytest.mark.parametrize(
    ("reply", "wish", "hints"),
    [
        ("You should quit.", "listen", ["advice", "feeling", "understanding"]),
        ("You should quit.", "advice", ["feeling", "understanding"]),
        ("That sounds exhausting, and it makes sense after such a year.", "listen", []),
        ("I can see why. What happened then?", "listen", []),
        ("That is so sad.", "listen", ["understanding", "question"]),
        ("Ok.", "advice", ["feeling", "understanding"]),
        ("You should not have to carry this. It hurts to read, and I know that feeling.", "listen", []),
        ("Take care of yourself. That sounds heavy, and you are not alone.", "listen", []),
        ("You don’t have to decide today. I hear how tired you are.", "listen", []),
        ("I feel with you and I understand. Stop reading mails at night.", "listen", ["advice"]),
        ("I feel with you and I understand. Have you tried yoga?", "listen", ["advice"]),
        ("", "listen", ["feeling", "understanding"]),
    ],
)
def test_hints_name_what_is_missing(reply: str, wish: coaching.Wish, hints: list[str]) -> None:
    given = coach(reply, wish)
    assert [hint.kind for hint in given] == hints
    assert [hint.wording for hint in given] == [str(WORDING[hint.kind]) for hint in given]


def test_one_missing_point_is_no_matter() -> None:
    points = ("feeling", "understanding", "question")
    for missing in points:
        there = frozenset(point for point in points if point != missing)
        assert wanted(there, "listen", is_short=True) == []
    assert wanted(frozenset(), "listen", is_short=True) == ["feeling", "understanding"]


def test_who_wrote_more_is_told_of_unasked_advice_only() -> None:
    reply = "Four funerals in one month. I would not know where to put that either."
    assert coach(reply, "listen") == []
    assert [hint.kind for hint in coach(f"{reply} You should take leave.", "listen")] == ["advice"]


def test_a_hint_switched_off_is_never_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SWITCHED_OFF, "feeling", "for this test")
    assert [hint.kind for hint in coach("Ok.", "listen")] == ["understanding"]


def test_the_wording_is_gentle() -> None:
    for wording in WORDING.values():
        assert "!" not in str(wording) and len(str(wording)) < 110
        assert not {"must", "should", "wrong", "bad"} & set(str(wording).lower().split())


def test_any_text_can_be_coached() -> None:
    seen = Counter(kind for text in hostile() for kind in parts_of(text[:8000]))
    assert set(seen) <= set(WORDING)


def test_the_report_prints_a_line_for_each_hint(capsys: pytest.CaptureFixture[str]) -> None:
    coach_report.main([])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "55 replies, 27 of them good"
    assert [line.split()[0] for line in lines[2:]] == list(WORDING)
    coach_report.main([str(REPLIES), "dev"])
    assert capsys.readouterr().out.startswith("55 replies, 25 of them good")
