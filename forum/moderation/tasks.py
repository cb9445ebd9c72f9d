"""When the sweeps run."""

from __future__ import annotations

from config import Settings
from forum.jobs import schedule, turns
from forum.moderation import alerts, log, sweeps
from forum.storage.clock import now
from forum.storage.database import writing
from forum.storage.settings import current_settings
from forum.web.days import said_minutes
from forum.web.health import Finding, check


@schedule.every(minutes=1)
def close_grace() -> None:
    """Close grace windows each minute."""
    with writing():
        sweeps.close_grace(now())


@schedule.every(minutes=1)
def raise_late() -> None:
    """Look for late reviews each minute."""
    with writing():
        sweeps.raise_late(now())


@schedule.every(minutes=10)
def return_unreadable() -> None:
    """Return what cannot be scored."""
    with writing():
        sweeps.return_unreadable(now())


@schedule.every(hours=1)
def end_what_is_over() -> None:
    """Move what has reached its last day, batch by batch."""
    more = sweeps.BATCH
    while more == sweeps.BATCH:
        with writing():
            more = sweeps.end_what_is_over(now())


@schedule.every(hours=12)
def warn_before_end() -> None:
    """Tell authors a week before a returned text ends."""
    with writing():
        sweeps.warn_before_end(now())


@schedule.every(hours=24)
def forget_what_is_old() -> None:
    """Erase what has reached its retention."""
    with writing():
        sweeps.forget_what_is_old(now())


@schedule.every(minutes=10)
def chain_log() -> None:
    """Let the log's entries of days that are over join its chain."""
    with writing():
        log.chain(now())


@turns.each_turn
def alert_operator(settings: Settings) -> None:
    """Tell the operator when somebody waits for care and nobody has answered."""
    alerts.send_due(settings, now())


@check("secret key", public=False)
def _secret_key() -> Finding:
    good = log.key_is_known()
    more = len(current_settings().older_secret_keys)
    words = (
        f"known, {more} older ones listed" if good else "another one than before: list the old one after it"
    )
    return Finding("secret key", good, words)


@check("alerts", public=False)
def _alerts() -> Finding:
    trouble = alerts.trouble()
    if trouble is None:
        return Finding("alerts", good=True, words="none has failed")
    since = said_minutes(max(1, int((now() - trouble.since).total_seconds() // 60)))
    return Finding("alerts", good=False, words=f"failing for {since}: {trouble.why}")
