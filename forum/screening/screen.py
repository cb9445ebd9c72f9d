"""A whole screening of one text, and of a stream of texts."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from typing import IO, Any, Final

import click

from forum.screening.aim import aim_of
from forum.screening.care import read_care
from forum.screening.contempt import read_contempt
from forum.screening.engine import Engine
from forum.screening.findings import Contempt, Mark, Scored, Screened
from forum.screening.lanes import UNREAD_LANGUAGE, flags_for, lane_for
from forum.screening.language import is_unread
from forum.screening.opening import ScreeningUnavailable
from forum.text.folding import Folded, fold, is_disguised
from forum.text.lines import entry_of, lines_of

__all__ = ["ScreeningUnavailable", "as_answer", "screen_lines", "screen_text"]

DISGUISED: Final = "disguised"
"""The flag of a text whose folded copy scored higher than the text itself."""

_RAISED_BY: Final = 0.2
"""How much higher the folded copy must score before that is worth telling."""


def screen_text(text: str, engine: Engine) -> Screened:
    """Score a text and its folded copy, read it for care and aim, and choose a lane.

    Raises `ScreeningUnavailable` when the machine, not the text, is the problem.
    """
    folded = fold(text)
    disguised = is_disguised(text, folded)
    scored = engine.score(text)
    raised = False
    if disguised:
        scored, raised = _higher(scored, engine.score(folded.text), folded)
    care, contempt = read_care(text), read_contempt(text)
    if disguised and not contempt.findings:
        contempt = _undisguised(folded)
    aim = aim_of(text, contempt)
    if disguised and aim != "other":
        aim = aim_of(folded.text)
    unread = is_unread(folded.text if disguised else text)
    flags = [UNREAD_LANGUAGE] if unread else []
    labels = {} if unread else scored.labels
    flags += [flag for flag in flags_for(care, labels, aim, contempt) if flag not in flags]
    if raised and not unread:
        flags.append(DISGUISED)
    return Screened(
        labels=labels,
        lane=lane_for(care, labels, aim, flags, contempt),
        flags=tuple(flags),
        care=care,
        aim=aim,
        windows=scored.windows,
        model=scored.model,
        marks=() if unread else scored.marks,
        contempt=contempt,
    )


def _undisguised(folded: Folded) -> Contempt:
    """Read the folded copy for contempt; what is found points back into the original."""
    contempt = read_contempt(folded.text)
    spans = [folded.original(one.start, one.end) for one in contempt.findings]
    found = zip(contempt.findings, spans, strict=True)
    return replace(
        contempt, findings=tuple(replace(one, start=start, end=end) for one, (start, end) in found)
    )


def _higher(plain: Scored, copy: Scored, folded: Folded) -> tuple[Scored, bool]:
    """Take the higher score of each label; marks of the copy point back into the original."""
    labels = {label: max(score, copy.labels[label]) for label, score in plain.labels.items()}
    raised = any(copy.labels[label] - score >= _RAISED_BY for label, score in plain.labels.items())
    marks: dict[tuple[str, int], Mark] = {}
    for mark in (*plain.marks, *(_mapped(mark, folded) for mark in copy.marks)):
        key = (mark.label, mark.start)
        if key not in marks or marks[key].score < mark.score:
            marks[key] = mark
    ordered = sorted(marks.values(), key=lambda mark: (mark.start, mark.label))
    windows = plain.windows + copy.windows
    return Scored(labels, windows, plain.model, tuple(ordered), folded=True), raised


def _mapped(mark: Mark, folded: Folded) -> Mark:
    start, end = folded.original(mark.start, mark.end)
    return Mark(mark.label, start, end, mark.score)


def screen_lines(stream_in: IO[Any], stream_out: IO[str], engine: Engine) -> int:
    """Screen one JSON object a line and write one a line; return how many lines were bad.

    A bad line is told on stderr with its number, and the rest goes on. A terminal sees the progress there.
    Raises `ScreeningUnavailable` when the machine fails.
    """
    bad = 0
    with click.progressbar(
        enumerate(lines_of(stream_in), start=1),
        label="Screening",
        file=sys.stderr,
        show_pos=True,
        hidden=not sys.stderr.isatty(),
    ) as lines:
        for number, line in lines:
            try:
                entry = _entry(line)
            except ValueError as error:
                bad += 1
                click.echo(f"line {number}: {error}", err=True)
                continue
            if entry is None:
                continue
            stream_out.write(json.dumps(as_answer(entry["id"], screen_text(entry["text"], engine))) + "\n")
            stream_out.flush()
    return bad


def _entry(line: str | bytes) -> dict[str, Any] | None:
    """Read one line; None for an empty one. Raises ValueError with what is wrong."""
    entry = entry_of(line)
    if entry is None:
        return None
    if not isinstance(entry.get("text"), str):
        raise ValueError("no text")
    if "id" not in entry:
        raise ValueError("no id")
    return entry


def as_answer(name: Any, screened: Screened) -> dict[str, Any]:
    """Put a screening into the words of the command's contract."""
    return {
        "id": name,
        "labels": screened.labels,
        "lane": screened.lane,
        "flags": list(screened.flags),
        "care": {
            "tier": screened.care.tier,
            "findings": [asdict(finding) for finding in screened.care.findings],
        },
        "aim": screened.aim,
        "windows": screened.windows,
        "model": screened.model,
    }
