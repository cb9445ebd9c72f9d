"""Content-free alerts to the operator: that somebody waits for care, and nothing else.

`send_due` is called by the worker's own loop each half minute or so. It asks which open care reviews are
past a step, tells the operator's command and webhook once for all of them, and remembers it with each
review. When that fails, it is tried again each minute and the desk and `doctor` show it.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, update

from config import Settings
from forum.circles import waits
from forum.circles.models import Message, Review, Revision
from forum.moderation.models import AlertState
from forum.moderation.rules import AT_TARGET, CLAIM_ENDED, FIRST_ALERT
from forum.screening.lanes import target_minutes
from forum.storage.database import AnyRow, db, writing

NAME = "care"
MESSAGE = json.dumps({"kindred": "somebody waits for care"})
RETRY = timedelta(minutes=1)
TIME_OUT = 10
HIDDEN = "hidden"


class Failed(Exception):
    """The alert did not leave; `args[0]` says why, without an address or a key."""


@dataclass(frozen=True, slots=True)
class Due:
    """A review about which the operator must hear now, and the steps that this covers."""

    review_id: str
    steps: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Since when and why alerts fail."""

    since: datetime
    why: str


def due(now: datetime) -> list[Due]:
    """The reviews about which an alert must leave now."""
    answered = exists().where(Message.review_id == Review.id, Message.side == "staff")
    rows = db.session.execute(
        select(
            Review.id,
            Review.lane,
            Review.tier,
            Review.flags,
            Review.alerts,
            Review.claimed_by,
            Review.claimed_until,
            Review.told_late,
            Review.due_at,
            Revision.submitted_at,
            answered.label("answered"),
        )
        .join(Revision, Revision.id == Review.revision_id)
        .where(Review.open, or_(Review.lane == "care", (Review.lane == "reported") & Review.told_late))
    ).all()
    staffed = waits.staffing(now).on_duty if rows else True
    found = [Due(row.id, steps) for row in rows if (steps := _steps(row, now, staffed=staffed))]
    db.session.rollback()
    return found


def _steps(row: AnyRow, now: datetime, *, staffed: bool) -> int:
    if row.lane == "reported":
        return FIRST_ALERT & ~row.alerts if HIDDEN in row.flags else 0
    if row.answered and waits.ANSWERED not in row.flags:
        return 0
    return steps_of(
        row.tier,
        waits.began(row.submitted_at, row.due_at, row.lane, row.tier, row.flags, now),
        now,
        staffed=staffed,
        claimed=bool(row.claimed_until and row.claimed_until > now),
        claim_ended=bool(row.claimed_by) and not (row.claimed_until and row.claimed_until > now),
        sent=row.alerts,
    )


def steps_of(
    tier: str | None,
    submitted: datetime,
    now: datetime,
    *,
    staffed: bool,
    claimed: bool,
    claim_ended: bool,
    sent: int,
) -> int:
    """Which alerts are due for an unanswered care review, counted from its submission.

    The first: for D at once when nobody is on duty, else at half the target while nobody has it. The
    second: at the target, whoever has it. One more each time a claim ends without an answer.
    """
    target = timedelta(minutes=target_minutes("care", tier) or 0)  # type: ignore[arg-type]
    waited = now - submitted
    steps = 0
    if (tier == "D" and not staffed and not claimed) or (waited >= target / 2 and not claimed):
        steps |= FIRST_ALERT
    if waited >= target:
        steps |= AT_TARGET | FIRST_ALERT
    if claim_ended:
        steps |= CLAIM_ENDED
    return steps & ~sent


def send_due(settings: Settings, now: datetime, send: Callable[[Settings], None] | None = None) -> int:
    """Send what is due; about how many reviews. After a failure one process tries again each minute."""
    found = due(now)
    if not found or not (settings.alert_command or settings.alert_url) or not _may_try(now):
        return 0
    try:
        (send or tell_operator)(settings)
    except Failed as failed:
        _remember(now, str(failed.args[0]))
        return 0
    with writing():
        for one in found:
            db.session.execute(
                update(Review)
                .where(Review.id == one.review_id)
                .values(alerts=Review.alerts.bitwise_or(one.steps))
            )
        _state(now).failed_since, _state(now).why = None, ""
    return len(found)


def _may_try(now: datetime) -> bool:
    """Whether this process may send now: nobody else has begun to within a minute of a failure."""
    with writing():
        state = _state(now - RETRY)
        if state.failed_since is not None and now - state.tried_at < RETRY:
            return False
        state.tried_at = now
    return True


def _remember(now: datetime, why: str) -> None:
    with writing():
        state = _state(now)
        state.failed_since = state.failed_since or now
        state.why = why


def _state(now: datetime) -> AlertState:
    state = db.session.get(AlertState, NAME, with_for_update=True)
    if state is None:
        state = AlertState(name=NAME, tried_at=now)
        db.session.add(state)
        db.session.flush()
    return state


def trouble() -> Trouble | None:
    """Since when alerts fail, or None."""
    state = db.session.get(AlertState, NAME)
    return Trouble(state.failed_since, state.why) if state and state.failed_since else None


def tell_operator(settings: Settings) -> None:
    """Run the command and call the webhook. Raises `Failed` when one of them does not work."""
    if settings.alert_command:
        _run(settings.alert_command)
    if settings.alert_url:
        _post(settings.alert_url)


def _run(command: str) -> None:
    try:
        subprocess.run(  # noqa: S603 - the operator's own command, without any words of members
            shlex.split(command), input=MESSAGE.encode(), timeout=TIME_OUT, check=True, capture_output=True
        )
    except subprocess.CalledProcessError as error:
        raise Failed(f"the command ended with {error.returncode}") from error
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise Failed(f"the command did not run ({type(error).__name__})") from error


def _post(url: str) -> None:
    request = urllib.request.Request(  # noqa: S310 - settings allow https, or http on the loopback address
        url, data=MESSAGE.encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=TIME_OUT) as answer:  # noqa: S310
            answer.read(1)
    except urllib.error.HTTPError as error:
        raise Failed(f"the webhook answered {error.code}") from error
    except (OSError, ValueError) as error:
        raise Failed(f"the webhook could not be reached ({type(error).__name__})") from error
