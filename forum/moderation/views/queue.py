"""The queue as a list with filters, alike texts, and the page of ten."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from forum.circles import queries as circles
from forum.circles import rules as life
from forum.circles import shifts
from forum.circles.publishing import NotScreened
from forum.jobs.nudge import nudge
from forum.moderation import actions, alike, claims, effects, offering, queries, recent, ten, wellbeing
from forum.moderation.actions import Seen
from forum.moderation.card import clock_words
from forum.moderation.rules import Choice
from forum.moderation.views.desk import moderator, wanted_of
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import is_id
from forum.text.render import as_markup
from forum.web.access import staff_only

queue_pages = Blueprint("queue", __name__)

AGES = (1, 4, 24, 72)


@queue_pages.get("/moderation/queue")
@staff_only
def listed() -> str:
    """What waits, in order, by lane, circle, language and age. No text is shown here."""
    at, me = now(), moderator()
    wanted = wanted_of(request.args)
    seen = offering.may_see(me, queries.own_threads(me.pseudonym_ids))
    rows = queries.queue([*seen, *offering.matches(wanted, at)])
    names = {circle.id: circle.name for circle in circles.circles()}
    return render_template(
        "moderation/queue.html",
        items=[_item(row, at, names) for row in rows[: queries.QUEUE_PAGE]],
        more=len(rows) > queries.QUEUE_PAGE,
        wanted=wanted,
        lanes=[("", str(_("all lanes"))), *((lane, lane) for lane in queries.LANES)],
        circles=[("", str(_("all circles"))), *names.items()],
        ages=[
            ("", str(_("any age"))),
            *((str(age), str(_("older than %(count)s h", count=age))) for age in AGES),
        ],
        languages=[("", str(_("every language"))), ("unread", str(_("not read by the machine")))],
    )


def _age(hours: int) -> str:
    return str(_("older than %(count)s h", count=hours))


def _item(row: Any, at: Any, names: dict[str, str]) -> SimpleNamespace:
    words, look = clock_words(row.due_at, at)
    busy = bool(row.claimed_until and row.claimed_until > at)
    return SimpleNamespace(
        id=row.id,
        kind=row.kind,
        lane=row.lane,
        tier=row.tier,
        flags=row.flags,
        clock=words,
        clock_look=look,
        circle=names.get(row.circle_id, ""),
        busy=busy,
        talking=row.awaits_author,
        for_lead=row.for_lead,
    )


@queue_pages.get("/moderation/alike")
@staff_only
def groups() -> str:
    """Waiting texts that say nearly the same, beside each other. Each is still decided for itself."""
    me = moderator()
    found = alike.waiting_alike(me, queries.own_threads(me.pseudonym_ids))
    return render_template(
        "moderation/alike.html", groups=[[_alike(one) for one in group] for group in found]
    )


def _alike(one: alike.Alike) -> SimpleNamespace:
    """One line; a heavy text does not begin here."""
    is_heavy = wellbeing.is_heavy(one.review)
    beginning = _("It may be heavy to read.") if is_heavy else one.beginning
    return SimpleNamespace(id=one.review.id, lane=one.review.lane, circle=one.circle, beginning=beginning)


@queue_pages.post("/moderation/ten")
@staff_only
def take() -> Response:
    """Take up to ten short routine texts in which nothing was noticed."""
    me = moderator()
    threads = queries.own_threads(me.pseudonym_ids)
    with writing():
        taken = ten.take_ten(me, threads, now())
    if not taken:
        flash(_("No short routine texts wait right now."), "info")
        return redirect(url_for("moderation.lanes"), 303)
    return redirect(url_for("queue.read"), 303)


@queue_pages.get("/moderation/ten")
@staff_only
def read() -> str:
    """The short texts in my hands, whole, on one page."""
    found = ten.held_ten(moderator(), now())
    return render_template("moderation/ten.html", items=[_short(one) for one in found])


def _short(one: ten.Short) -> SimpleNamespace:
    return SimpleNamespace(
        id=one.review.id,
        version=one.review.version,
        hash=one.hash.hex(),
        circle=one.circle_name,
        title=one.content.title,
        html=as_markup(one.content.html),
        pseudonym=one.content.name,
        is_opening=one.is_opening,
    )


@queue_pages.post("/moderation/ten/decide")
@staff_only
def decide() -> Response:
    """Decide each of the ten for itself: publish, give back, or keep to look at it closely."""
    me, at = moderator(), now()
    others = shifts.others_on_duty(me.staff_id, at)
    published = changed = 0
    for review_id, act, seen in _chosen(request.form):
        if act == "back":
            with writing():
                claims.release(me, review_id)
        elif act == "publish":
            ok = _publish(me, review_id, seen, others)
            published, changed = published + ok, changed + (not ok)
    if published:
        flash(ngettext("%(num)d text is published.", "%(num)d texts are published.", published))
    if changed:
        flash(
            ngettext(
                "%(num)d text had changed meanwhile and was left as it is.",
                "%(num)d texts had changed meanwhile and were left as they are.",
                changed,
            ),
            "warm",
        )
    return redirect(url_for("queue.read"), 303)


def _chosen(form: MultiDict[str, str]) -> list[tuple[str, str, Seen]]:
    found = []
    for review_id in form.getlist("review")[: ten.PAGE]:
        bound = form.get(f"bound-{review_id}", "")
        version, _dot, digest = bound.partition(".")
        if is_id(review_id) and version.isdecimal() and len(digest) == 64:
            found.append((review_id, form.get(f"act-{review_id}", ""), Seen(int(version), _bytes(digest))))
    return found


def _bytes(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return b""


def _publish(me: offering.Moderator, review_id: str, seen: Seen, others: int) -> bool:
    """One decision, in a transaction of its own, so that one that had changed stops no other."""
    try:
        with writing():
            decision = actions.decide(me, review_id, seen, Choice("publish"), now(), others)
            if decision is not None:
                recent.remember(current_user.vault, decision.id)
            nudge()
    except (actions.Stale, actions.OwnText, NotScreened, effects.Blocked, life.NotAllowed):
        db.session.rollback()
        return False
    return decision is not None
