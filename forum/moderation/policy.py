"""What leads decide, with a reason and a history: thresholds, due times, starter texts, the watch list.

One table holds every version; the newest counts. The few values that screening and submitting need are
read once in half a minute, so that no page pays for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, has_app_context
from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.exc import SQLAlchemyError

from forum.content import Reason, reason, reasons, rules_text
from forum.moderation import log
from forum.moderation.models import Policy
from forum.moderation.rules import gaps_of
from forum.screening import lanes
from forum.storage.database import db
from forum.text.refusal import TextRefused
from forum.web import house_rules

KEPT_SECONDS = 30.0
LONGEST_TEMPLATE = 4_000
MOST_PHRASES = 200
LEVELS = ("look", "care")
DUE = {
    "due.care.D": 15,
    "due.care.C": 60,
    "due.care.E": 60,
    "due.care.B": 240,
    "due.conduct": 480,
    "due.reported": 480,
    "due.appeal": 2880,
}
"""Minutes, from section 4.7 of the design. A lead may shorten or stretch them within a day or two."""

SHORTEST_DUE = 5
LONGEST_DUE = {"due.care.D": 60, "due.care.C": 240, "due.care.E": 240, "due.care.B": 720}
"""The most minutes that care can be given, by tier; other lanes have four days.

D: a plan, means or a goodbye; within the hour somebody can still write before it is acted on. C and E:
active thoughts or danger to others; half a shift. B: passive thoughts; read on the day it was sent, never
after a night. The figures are ours, as those of `DUE` are. A lead can be stricter, never slower than this.
"""

OTHER_LONGEST_DUE = 4 * 1440
AS_IT_CAME = 0
"""The version of what counts before any lead has set anything."""

JOINING = "joining"
WATCH = "watch"
NO_TRIAL = 0.0
TRIAL = "trial."
"""A threshold that is watched beside the one that counts, and changes nothing: `trial.<label>`."""

RULES = "rules"
LONGEST_RULES = 20_000


class BadPolicy(Exception):
    """A value that cannot be set; `args[0]` is a sentence's key."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a policy: its value, why, by whom and on which day."""

    name: str
    version: int
    value: Any
    reason: str
    staff_id: str
    day: date


def default_of(name: str) -> Any:
    """What counts while no lead has set anything. Raises `KeyError` for a name that does not exist."""
    if name.startswith("threshold."):
        return lanes.THRESHOLDS[name.removeprefix("threshold.")].value
    if name.startswith("template."):
        found = reason(name.removeprefix("template."))
        if found is None:
            raise KeyError(name)
        return found.template
    trials = {TRIAL + label: NO_TRIAL for label in lanes.THRESHOLDS}
    return {**DUE, **trials, WATCH: [], JOINING: "", RULES: rules_text()}[name]


def value_of(name: str) -> Any:
    """What counts now."""
    newest = select(Policy.value).where(Policy.name == name).order_by(Policy.version.desc()).limit(1)
    row = db.session.execute(newest).first()
    return row.value if row else default_of(name)


def history(name: str) -> list[Version]:
    """Every version, the newest first."""
    rows = db.session.scalars(select(Policy).where(Policy.name == name).order_by(Policy.version.desc()))
    return [Version(r.name, r.version, r.value, r.reason, r.staff_id, r.day) for r in rows]


def choose(name: str, value: Any, why: str, staff_id: str, today: date) -> Policy:
    """Set something anew. Raises `BadPolicy`, `KeyError`."""
    default_of(name)
    check(name, value)
    if len(why.strip()) < 10:
        raise BadPolicy("reason")
    last = db.session.scalar(select(func.max(Policy.version)).where(Policy.name == name)) or 0
    row = Policy(name=name, version=last + 1, value=value, reason=why.strip(), staff_id=staff_id, day=today)
    db.session.add(row)
    log.append(staff_id, "policy", "policy", name[:22], today, name[:40])
    db.session.flush()
    db.session().info.setdefault("after_commit", []).append(forget)
    return row


def check(name: str, value: Any) -> None:
    """Raises `BadPolicy` for a value that cannot be set. Rules are rendered: call it before a transaction."""
    kind = name.partition(".")[0]
    good: dict[str, Callable[[], bool]] = {
        "threshold": lambda: _is_threshold(value),
        "trial": lambda: value == NO_TRIAL or _is_threshold(value),
        RULES: lambda: isinstance(value, str) and len(value) <= LONGEST_RULES,
        "due": lambda: isinstance(value, int) and SHORTEST_DUE <= value <= longest_due(name),
        "template": lambda: isinstance(value, str) and 0 < len(value) <= LONGEST_TEMPLATE,
        JOINING: lambda: isinstance(value, str) and len(value) <= 500,
        WATCH: lambda: _is_watch_list(value),
    }
    if not good[kind]():
        raise BadPolicy("value")
    if kind == RULES and not _holds_every_rule(value):
        raise BadPolicy("rules")


def longest_due(name: str) -> int:
    """The most minutes that a due time can be set to."""
    return LONGEST_DUE.get(name, OTHER_LONGEST_DUE)


def put_back(name: str, version: int, why: str, staff_id: str, today: date) -> Policy:
    """Let an earlier version count again, as a version of its own. Raises `BadPolicy`, `KeyError`."""
    if version == AS_IT_CAME:
        return choose(name, default_of(name), why, staff_id, today)
    earlier = select(Policy.value).where(Policy.name == name, Policy.version == version)
    row = db.session.execute(earlier).first()
    if row is None:
        raise KeyError(name)
    return choose(name, row.value, why, staff_id, today)


def _is_threshold(value: Any) -> bool:
    return isinstance(value, float) and 0.05 <= value <= 1.0


def _holds_every_rule(text: str) -> bool:
    """Whether every rule that a reason names can be found: who is sent back must be able to read it."""
    try:
        return {one.rule for one in reasons()} - {""} <= house_rules.numbers_in(text)
    except TextRefused:
        return False


@house_rules.changed_by
def rules_now() -> str | None:
    """What leads have made of the rules, or None; at most half a minute old."""
    text: str | None = current().get(RULES)
    return text


def _is_watch_list(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_PHRASES
        and all(one["level"] in LEVELS and 2 <= len(one["phrase"]) <= 80 for one in value)
    )


def starters() -> list[Reason]:
    """The reasons with the starter texts that leads have made of them."""
    newest = _newest("template.")
    return [
        Reason(r.id, r.uses, r.rule, r.title, newest.get(f"template.{r.id}", r.template)) for r in reasons()
    ]


def starter(reason_id: str) -> str:
    """The starter text of one reason as it is offered now; empty for what is no reason."""
    return next((one.template for one in starters() if one.id == reason_id), "")


def on_trial(label: str) -> Version | None:
    """The threshold of a label that is watched beside the one that counts, or None."""
    newest = next(iter(history(TRIAL + label)), None)
    return newest if newest and newest.value != NO_TRIAL else None


def gaps() -> frozenset[str]:
    """Every gap that a starter text has now."""
    return gaps_of([one.template for one in starters()])


def _newest(prefix: str) -> dict[str, Any]:
    rows = db.session.execute(
        select(Policy.name, Policy.value).where(Policy.name.startswith(prefix, autoescape=True), _is_newest())
    )
    return {row.name: row.value for row in rows}


def _is_newest() -> Any:
    latest = select(Policy.name, func.max(Policy.version)).group_by(Policy.name)
    return tuple_(Policy.name, Policy.version).in_(latest)


def current() -> dict[str, Any]:
    """The values that screening and submitting need, at most half a minute old; empty without a database."""
    if not has_app_context():
        return {}
    kept: tuple[float, dict[str, Any]] | None = current_app.extensions.get("kindred.policy")
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    wanted = select(Policy.name, Policy.value).where(
        ~Policy.name.startswith("template."), ~Policy.name.startswith(TRIAL), _is_newest()
    )
    try:
        values = {row.name: row.value for row in _rows(wanted)}
    except SQLAlchemyError:
        values = kept[1] if kept else {}
    current_app.extensions["kindred.policy"] = (time.monotonic(), values)
    return values


def _rows(wanted: Select[tuple[str, Any]]) -> list[Row[tuple[str, Any]]]:
    """Over the connection that the request holds, if any: with a second one for each, many would wait."""
    if db.session().in_transaction():
        return list(db.session.connection().execute(wanted))
    with db.engine.connect() as connection:
        return list(connection.execute(wanted))


def forget() -> None:
    """Read the values anew, as after a change."""
    current_app.extensions.pop("kindred.policy", None)
