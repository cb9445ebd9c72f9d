"""What must never be said or done: forbidden sentences anywhere, and scores that move a crisis."""

from __future__ import annotations

import ast
import inspect
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.screening import lanes
from forum.screening.care import read_care, rule_book
from forum.screening.findings import TIERS, Aim, Care, Finding, Lane
from forum.screening.lanes import THRESHOLDS, is_crisis, lane_for, rank, target_minutes

FORUM = Path(__file__).parents[2] / "forum"
FORBIDDEN = tomllib.loads(Path(__file__).with_name("forbidden.toml").read_text(encoding="utf-8"))
PATTERNS = [
    (name, re.compile(pattern, re.IGNORECASE))
    for name, entry in FORBIDDEN.items()
    for pattern in entry["patterns"]
]
NOT_OURS = ("screening/care_rules.toml", "screening/checkpoint", "demo/")
"""What members say (rules that read it, demonstration posts), not what the forum says."""

NAMED_TO_WARN = {
    "coping/myths.toml (tough-love): pull yourself together",
    "coping/myths.toml (tough-love): Others have it worse",
    "training/modules.toml (rescue): help is on its way",
    "training/modules.toml (promises): it will get better",
    "training/modules.toml (tough-love): others have it worse",
}
"""Where our texts name such a sentence to say that it harms: myths, and the lessons for peers."""

SPOKEN = {"_", "gettext", "lazy_gettext", "ngettext", "_l", "flash"}


def _texts() -> Iterator[tuple[str, str]]:
    for path in sorted(FORUM.rglob("*")):
        name = path.relative_to(FORUM).as_posix()
        if name.startswith(NOT_OURS) or path.suffix not in {".html", ".toml", ".md", ".txt", ".po", ".py"}:
            continue
        text = path.read_text(encoding="utf-8")
        yield from ((name, said) for said in (_said(text) if path.suffix == ".py" else [_seen(path, text)]))


def _said(source: str) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    spoken = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in SPOKEN]
    return [
        part.value
        for call in spoken
        for argument in call.args
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


def _seen(path: Path, text: str) -> str:
    """Leave out what no reader sees: comments of templates and of TOML files, attributes and markup."""
    if path.suffix == ".html":
        text = re.sub(r"\{#.*?#\}", " ", text, flags=re.DOTALL)
        text = re.sub(r"\{%.*?%\}", lambda block: " ".join(re.findall(r"_\('(.*?)'\)", block[0])), text)
    if path.suffix == ".toml":
        text = re.sub(r"^\s*#.*$", " ", text, flags=re.MULTILINE)
    return " ".join(text.split())


def _wrong(texts: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> list[str]:
    return [
        f"{name} ({kind}): {found[0]}"
        for name, text in texts
        for kind, pattern in PATTERNS
        for found in pattern.finditer(text)
    ]


def test_no_page_or_message_says_what_we_never_say() -> None:
    assert set(_wrong(_texts())) == NAMED_TO_WARN


def test_the_walk_reaches_templates_messages_and_texts() -> None:
    names = {name for name, _ in _texts()}
    assert {"templates/care/help.html", "care/texts.toml", "care/directory.toml"} <= names
    assert any(name.endswith(".py") for name in names)


@pytest.mark.parametrize("name", sorted(FORBIDDEN))
def test_every_group_says_why_and_catches_something(name: str) -> None:
    assert FORBIDDEN[name]["why"].endswith(".")
    examples = {
        "rescue": "Hold on, help is on its way.",
        "watch": "We are here 24/7.",
        "claims": "Kindred is a safe place.",
        "promises": "It gets better.",
        "tough-love": "Pull yourself together.",
        "diagnosis": "You have depression.",
        "ban": "You were suspended for suicidal thoughts.",
        "concern": "Someone is worried about you.",
        "wording": "people who commit suicide",
    }
    assert _wrong([("example", examples[name])])


# --- No score, rule or strike moves a crisis, and nothing but a lane ever comes out.

KINDS = sorted({rule.kind for rule in rule_book().rules} | {"told-to-die", "past-crisis", "minor-at-risk"})
AIMS = st.sampled_from(get_args(Aim))
LABELS = st.dictionaries(
    st.sampled_from([*THRESHOLDS, "sexual_explicit", "anything"]), st.floats(0, 1), max_size=8
)
FLAGS = st.lists(
    st.sampled_from([*KINDS, lanes.UNREAD_LANGUAGE, "strike", "many-strikes", "banned"]), max_size=5
)


def _findings(tiers: list[Any]) -> st.SearchStrategy[Finding]:
    return st.builds(
        Finding,
        rule=st.sampled_from([rule.id for rule in rule_book().rules]),
        kind=st.sampled_from(KINDS),
        tier=st.sampled_from(tiers),
        start=st.integers(0, 10),
        end=st.integers(11, 20),
        reason=st.just("because"),
    )


ANY_CARE = st.builds(
    Care,
    tier=st.sampled_from([None, *TIERS]),
    findings=st.lists(_findings([None, *TIERS]), max_size=6).map(tuple),
)
CRISIS_SENTENCES = [
    row["text"]
    for line in (Path(__file__).parents[1] / "screening" / "care_sentences.jsonl")
    .read_text("utf-8")
    .splitlines()
    if (row := json.loads(line))["tier"] in ("B", "C", "D") or row["group"] == "E-care"
]
HOSTILE = ["kys", "I hate you all, you idiots.", "You should die.", "Shut up, loser.", "Women are all liars."]


@given(ANY_CARE, LABELS, AIMS, FLAGS)
def test_nothing_but_a_lane_comes_out(
    care: Care, labels: dict[str, float], aim: Aim, flags: list[str]
) -> None:
    lane = lane_for(care, labels, aim, flags)
    assert lane in get_args(Lane)
    assert rank(lane, care.tier) in range(5)
    minutes = target_minutes(lane, care.tier, flags)
    assert minutes is None or minutes > 0


@given(ANY_CARE, _findings(["B", "C", "D"]), LABELS, AIMS, FLAGS)
def test_no_score_moves_a_crisis_to_conduct(
    care: Care, crisis: Finding, labels: dict[str, float], aim: Aim, flags: list[str]
) -> None:
    whole = Care(care.tier, (*care.findings, crisis))
    assert lane_for(whole, labels, aim, flags) == "care"


@given(ANY_CARE, LABELS, AIMS, FLAGS)
def test_scores_flags_and_aim_never_change_whether_it_is_care(
    care: Care, labels: dict[str, float], aim: Aim, flags: list[str]
) -> None:
    assert (lane_for(care, labels, aim, flags) == "care") == is_crisis(care)


@given(LABELS, AIMS, FLAGS)
def test_heavy_distress_is_never_conduct(labels: dict[str, float], aim: Aim, flags: list[str]) -> None:
    assert lane_for(Care("A"), labels, aim, flags) == "routine"


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(CRISIS_SENTENCES), st.lists(st.sampled_from(HOSTILE), max_size=4), LABELS, AIMS, st.data()
)
def test_hostile_words_beside_a_crisis_leave_it_in_care(
    crisis: str, hostile: list[str], labels: dict[str, float], aim: Aim, data: st.DataObject
) -> None:
    text = "\n".join(data.draw(st.permutations([crisis, *hostile])))
    assert lane_for(read_care(text), labels, aim) == "care"


@given(st.text(max_size=400))
@settings(deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    care = read_care(text)
    assert all(0 <= finding.start < finding.end <= len(text) for finding in care.findings)
    assert lane_for(care, {}, "nobody") in get_args(Lane)


def test_a_lane_depends_on_no_strike_or_history() -> None:
    assert list(inspect.signature(lane_for).parameters) == ["care", "labels", "aim", "flags"]


def test_the_care_rules_know_nothing_of_decisions() -> None:
    for name in ("care.py", "care_words.py", "lanes.py", "aim.py", "findings.py"):
        source = (FORUM / "screening" / name).read_text("utf-8")
        imported = re.findall(r"^(?:from|import) (forum[\w.]*)", source, re.MULTILINE)
        assert all(module.startswith("forum.screening") for module in imported), name
