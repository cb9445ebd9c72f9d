"""What was done, in numbers and in order: the log for moderators, the numbers, transparency for all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from forum.circles import shelf
from forum.moderation import later, log, numbers, queries
from forum.moderation.models import LogEntry, StagedEntry
from forum.moderation.words import said_outcome
from forum.storage.clock import day_of, now
from forum.storage.database import db
from forum.storage.settings import current_settings
from forum.web.access import staff_only, visitors
from forum.web.days import said_day, said_minutes

logbook = Blueprint("logbook", __name__)

LOG_PAGE = 100
TOLD = ("publish", "propose", "return", "decline", "hide", "remove", "strike", "suspend")


@logbook.get("/moderation/log")
@staff_only
def log_page() -> str:
    """The log, newest first, with the verdict of the verifier."""
    return log_of(request.args.get("before", ""))


def log_of(before: str, answer: str | None = None) -> str:
    """A page of the log; `answer` is what a lead was told about an entry."""
    wanted = db.select(LogEntry).order_by(LogEntry.place.desc()).limit(LOG_PAGE + 1)
    if before.isdecimal() and len(before) < 12:
        wanted = wanted.where(LogEntry.place < int(before))
    entries = list(db.session.scalars(wanted))
    beside = [] if before else log.waiting()
    older = entries[LOG_PAGE - 1].place if entries[LOG_PAGE:] else None
    return render_template(
        "moderation/log.html",
        entries=[_entry(entry) for entry in (*beside, *entries[:LOG_PAGE])],
        older=url_for("logbook.log_page", before=older) if older else None,
        fault=log.verify(current_settings().anchor_file),
        answer=answer,
        may_ask=current_user.is_lead,
    )


def _entry(entry: LogEntry | StagedEntry) -> dict[str, Any]:
    return {
        "entry": entry.place if isinstance(entry, LogEntry) else entry.id,
        "place": entry.place if isinstance(entry, LogEntry) else "",
        "day": said_day(entry.day),
        "act": entry.act,
        "object": f"{entry.object_kind} {entry.object_id[:6]}",
        "rule": entry.rule,
    }


def _waits() -> list[SimpleNamespace]:
    in_hand = numbers.in_hand_by_lane(day_of(now()))
    return [
        SimpleNamespace(
            lane=one.lane,
            decisions=one.decisions,
            half=said_minutes(one.half) if one.half is not None else None,
            most=said_minutes(one.most) if one.most is not None else None,
            in_hand=said_minutes(half) if (half := in_hand[one.lane]) is not None else None,
        )
        for one in numbers.waits_by_lane(day_of(now()))
    ]


@logbook.get("/moderation/numbers")
@staff_only
def all_numbers() -> str:
    """Waiting, time to decision, agreement of machine and people, appeals. Tables first."""
    today = day_of(now())
    counted = numbers.outcomes(today)
    hours = numbers.decisions_by_hour(today)
    most = max(count for _hour, count in hours)
    appeals = counted["uphold"] + counted["overturn"]
    return render_template(
        "moderation/numbers.html",
        waiting=queries.lane_counts(now()),
        waits=_waits(),
        hours=[
            SimpleNamespace(hour=h, count=c, height=round(40 * c / most) if most else 0) for h, c in hours
        ],
        hours_known=sum(count for _hour, count in hours) >= numbers.FEWEST,
        agreement=numbers.agreement(today),
        second_looks=later.second_looks(today),
        about_oneself=numbers.about_oneself(today),
        outcomes=[(said_outcome(name), count) for name, count in counted.most_common()],
        appeals=appeals,
        overturned=round(100 * counted["overturn"] / appeals) if appeals >= numbers.FEWEST else None,
        fewest=numbers.FEWEST,
    )


@logbook.get("/transparency")
@visitors
def transparency() -> str:
    """For everybody: what moderators decided in 90 days and how long it took. Small counts are not told."""
    counted = numbers.outcomes(day_of(now()))
    rows = [(said_outcome(name), numbers.suppressed(counted[name])) for name in TOLD]
    reports = counted["leave"] + counted["annotate"]
    rows += [
        (_("Reports that changed nothing or added a note"), numbers.suppressed(reports)),
        (_("Appeals upheld"), numbers.suppressed(counted["uphold"])),
        (_("Appeals overturned"), numbers.suppressed(counted["overturn"])),
    ]
    return render_template(
        "moderation/transparency.html",
        rows=rows,
        waits=_waits(),
        fewest=numbers.FEWEST,
        answered=shelf.answered_share(day_of(now())),
        fewest_threads=shelf.FEWEST,
        days=shelf.MEASURED_DAYS,
    )
