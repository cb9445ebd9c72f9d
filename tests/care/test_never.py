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

ROOT = Path(__file__).parents[2]
FORUM = ROOT / "forum"
FORBIDDEN = tomllib.loads(Path(__file__).with_name("forbidden.toml").read_text(encoding="utf-8"))
PATTERNS = [
    (name, re.compile(pattern, re.IGNORECASE))
    for name, entry in FORBIDDEN.items()
    for pattern in entry["patterns"]
]
NOT_OURS = (
    "forum/screening/aim_words.toml",
    "forum/screening/care_",
    "forum/screening/contempt.toml",
    "forum/screening/common_words.toml",
    "forum/screening/checkpoint",
    "forum/demo/",
    "forum/text/wording.py",
)
"""What members say (rules that read it, lessons of the machine, demonstration posts), not what we say."""

NAMED_TO_WARN = {
    "docs/moderation-handbook.md (promises): it will get better",
    "docs/moderation-handbook.md (tough-love): others have it worse",
    "docs/moderation-handbook.md (wording): commit suicide",
    "forum/coping/myths.toml (tough-love): pull yourself together",
    "forum/coping/myths.toml (tough-love): Others have it worse",
    "forum/training/modules.toml (rescue): help is on its way",
    "forum/training/modules.toml (promises): it will get better",
    "forum/training/modules.toml (tough-love): others have it worse",
}
"""Where our texts name such a sentence to say that it harms: myths, the handbook, the lessons for peers."""

WITHOUT_WORDS = {".png", ".wav", ".ckpt", ".onnx", ".mako", ".cfg", ".json", ".mo", ".pyc"}
"""Pictures, sounds, weights, settings and compiled catalogues (their sources are read)."""


def _texts() -> Iterator[tuple[str, str]]:
    """Everything that the program or its papers may say to a person, with where it stands."""
    papers = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*"), *FORUM.rglob("*")]
    for path in sorted(papers):
        name = path.relative_to(ROOT).as_posix()
        if not path.is_file() or name.startswith(NOT_OURS) or path.suffix in WITHOUT_WORDS:
            continue
        for text in _said(path.suffix, path.read_text(encoding="utf-8")):
            yield name, text


def _said(suffix: str, source: str) -> list[str]:
    """What a file says, whatever breaks its sentences apart: lines, tags, quotes, placeholders."""
    if suffix == ".py":
        texts = _strings(ast.parse(source))
    elif suffix == ".html":
        source = re.sub(r"\{#.*?#\}", " ", source, flags=re.DOTALL)
        texts = [source, re.sub(r"<[^>]*>|\{\{ *_\(.|.\) *\}\}", " ", source)]
    elif suffix == ".toml":
        texts = [re.sub(r"^\s*#.*$", " ", source, flags=re.MULTILINE)]
    elif suffix == ".po":
        texts = [re.sub(r"\"\s*\n\s*\"", "", source)]
    elif suffix == ".js":
        texts = [source, re.sub(r"[\"'`]\s*\+\s*[\"'`]", "", source)]
    else:
        texts = [source, re.sub(r"[*_>#`]+", " ", source)]
    return [" ".join(text.replace("'", "’").split()) for text in texts]


def _strings(tree: ast.AST) -> list[str]:
    """Every string of a module but its docstrings, an f-string as one."""
    silent: set[int] = set()
    said: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            silent.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
            silent.update(map(id, node.values))
            said.append(" ".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            said.append(node.value)
    return said


def _wrong(texts: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> list[str]:
    return [
        f"{name} ({kind}): {found[0]}"
        for name, text in texts
        for kind, pattern in PATTERNS
        for found in pattern.finditer(text)
    ]


def test_no_page_or_message_says_what_we_never_say() -> None:
    assert set(_wrong(_texts())) == NAMED_TO_WARN


def test_the_walk_reaches_every_kind_of_file_and_skips_only_what_says_nothing() -> None:
    names = {name for name, _ in _texts()}
    assert {
        "README.md",
        "docs/moderation-handbook.md",
        "forum/templates/care/help.html",
        "forum/care/texts.toml",
        "forum/care/directory.toml",
        "forum/content/rules.md",
        "forum/static/site.js",
        "forum/static/desk.js",
        "forum/static/keys.js",
        "forum/moderation/alerts.py",
    } <= names
    kinds = {path.suffix for path in FORUM.rglob("*") if path.is_file() and "checkpoint" not in path.parts}
    assert kinds - WITHOUT_WORDS <= {Path(name).suffix for name in names}


HIDDEN = {
    "python": (".py", 'def act():\n    return {"a": "Hold on, help is " "on its way."}\n'),
    "python, marked": (".py", 'x = ngettext("one", "Help is on the way, %(num)d", 2)\n'),
    "python, filled": (".py", 'x = f"{name}, help is on its way"\n'),
    "template": (".html", "<p>{{ _('Help is on its way') }}</p>"),
    "template, in a tag": (".html", '{% set x = _("help is on its way") %}'),
    "template, torn by markup": (".html", "<p>help is <strong>on its way</strong></p>"),
    "template, torn by lines": (".html", "<p>help is\n   on its way</p>"),
    "template, as an attribute": (".html", '<p title="help is on its way"></p>'),
    "toml": (".toml", 'text = """\nhelp is\non its way"""\n'),
    "script": (".js", 'const a = "help is " + "on its way";'),
    "style": (".css", 'p::after { content:"help is on its way" }'),
    "catalogue": (".po", 'msgid "Wait"\nmsgstr "help is "\n"on its way"\n'),
    "paper": (".md", "Help is **on its\nway**"),
    "straight quote": (".md", "You'll be fine."),
}


@pytest.mark.parametrize("where", HIDDEN)
def test_a_forbidden_sentence_is_found_wherever_it_hides(where: str) -> None:
    suffix, source = HIDDEN[where]
    assert _wrong([(where, text) for text in _said(suffix, source)])


def test_what_only_developers_read_is_left_out() -> None:
    assert not _wrong([("x", text) for text in _said(".py", 'def f():\n    """Help is on its way."""\n')])
    assert not _wrong([("x", text) for text in _said(".html", "{# help is on its way #}")])
    assert not _wrong([("x", text) for text in _said(".toml", "# help is on its way\n")])


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
FOUND_ALONE = [sentence for sentence in CRISIS_SENTENCES if is_crisis(read_care(sentence))]
"""How many the rules find is measured elsewhere; here it is asked what can take one of them away."""

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
@given(st.sampled_from(FOUND_ALONE), st.lists(st.sampled_from(HOSTILE), max_size=4), LABELS, AIMS, st.data())
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
    assert list(inspect.signature(lane_for).parameters) == ["care", "labels", "aim", "flags", "contempt"]


def test_the_care_rules_know_nothing_of_decisions() -> None:
    for name in (
        "care.py",
        "care_book.py",
        "care_needs.py",
        "care_words.py",
        "lanes.py",
        "aim.py",
        "findings.py",
    ):
        source = (FORUM / "screening" / name).read_text("utf-8")
        imported = re.findall(r"^(?:from|import) (forum[\w.]*)", source, re.MULTILINE)
        assert all(module.startswith("forum.screening") for module in imported), name
