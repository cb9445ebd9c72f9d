"""How days are said to people: today, a day, a month. Never an hour."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from flask_babel import format_date
from flask_babel import gettext as _

from forum.storage.clock import day_of, now
from forum.web.languages import language

DAYS_BY_NAME = 31


def said_day(day: date) -> str:
    """A day as readers see it: "today", the day within a month, and later only the month."""
    return _said_day(day, day_of(now()), language())


@lru_cache(maxsize=1024)
def _said_day(day: date, today: date, _language: str) -> str:
    age = (today - day).days
    if age <= 0:
        return str(_("today"))
    if age == 1:
        return str(_("yesterday"))
    return str(format_date(day, "d MMMM" if age <= DAYS_BY_NAME else "MMMM yyyy"))


def said_minutes(minutes: int) -> str:
    """A span of minutes in the words a person would use."""
    if minutes == 1:
        return str(_("a minute"))
    if minutes < 60:
        return str(_("%(count)s minutes", count=minutes))
    if minutes == 60:
        return str(_("an hour"))
    if minutes < 1440:
        return str(_("%(count)s hours", count=round(minutes / 60)))
    return str(_("a day") if minutes == 1440 else _("%(count)s days", count=round(minutes / 1440)))


def said_next(moment: datetime) -> str:
    """When the next shift starts, in UTC, by day and hour."""
    return str(_("%(day)s at %(hour)s UTC", day=said_day_ahead(moment), hour=moment.strftime("%H:%M")))


def said_day_ahead(moment: datetime) -> str:
    """The day of a moment to come."""
    ahead = (day_of(moment) - day_of(now())).days
    if ahead <= 0:
        return str(_("today"))
    return str(_("tomorrow") if ahead == 1 else str(format_date(day_of(moment), "EEEE d MMMM")))
