"""Deciding one review, asking its author, undoing a decision. HTTP only."""

from __future__ import annotations

from typing import cast

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.care.panel import is_edited
from forum.circles import rules as life
from forum.circles import shifts
from forum.circles.models import Decision, Post, Revision
from forum.circles.publishing import NotScreened
from forum.circles.reviews import open_review
from forum.circles.writing import Written, make_ready
from forum.content import label_of, reasons
from forum.jobs.nudge import nudge
from forum.moderation import actions, asking, effects, interventions, policy, queries, recent, wellbeing
from forum.moderation.card import card_page, goes_on, is_talk, must_be_revealed
from forum.moderation.changed import changed_page, words_in
from forum.moderation.forms import DecisionForm
from forum.moderation.offering import Moderator
from forum.moderation.rules import (
    ASK,
    LONGEST_WORDS,
    OF_TALKS,
    OUTCOMES,
    SHORTEST_WORDS,
    Choice,
    problems_of,
)
from forum.moderation.views.desk import Answer, card_of, desk, moderator
from forum.moderation.words import said_lane, said_outcome, said_paused
from forum.screening.findings import TIERS, Tier
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import is_id
from forum.text.refusal import TextRefused
from forum.web.access import staff_only
from forum.web.errors import Conflict

NOTED = ("publish", "annotate", "overturn")
NOT_NOW = (actions.Paused, actions.TooEarly, NotScreened, effects.Blocked)
READ_FIRST = ("publish", "overturn", "return", "decline")
blueprint = desk
"""The blueprint of the desk with the pages of this file on it."""


@desk.post("/moderation/reviews/<review_id>/<any({}):act>".format(",".join(OUTCOMES)))
@staff_only
def decide(review_id: str, act: str) -> Answer:
    """Decide. What is missing is said beside its field with everything kept."""
    card = card_of(review_id)
    me = moderator()
    form = DecisionForm(request.form)
    if not form.validate():
        abort(400)
    words = _words(form)
    lacking = _lacking(card, form, act, words)
    if lacking:
        return _again(card, me, form, act, lacking)
    masked: Written | None = None
    if act == "propose":
        try:
            masked = make_ready(
                form.title.data,
                form.body.data,
                card.content.note if card.content else "",
                is_opening=card.post.is_opening,
            )
        except TextRefused as refused:
            return _again(card, me, form, act, {refused.field: refused.message})
    note = form.content_note.data if label_of(form.content_note.data) != form.content_note.data else ""
    if act == "annotate" and not note:
        return _again(card, me, form, act, {"content_note": _("Please choose the note.")})
    choice = Choice(
        act, form.reason.data, words, note if act in NOTED else "", masked, form.alone.data == "yes"
    )
    return _decided(card, me, form, choice)


def _lacking(card: queries.Card, form: DecisionForm, act: str, words: str) -> dict[str, str]:
    """What a decision lacks before it is tried, in words, by field."""
    problems = problems_in(act, form.reason.data, words)
    if problems:
        place = "escalate-" if act == "escalate" else ""
        return {place + name: said for name, said in problems.items()}
    if is_talk(card):
        if act not in OF_TALKS:
            return {"outcome": _("A conversation is answered or closed.")}
        if act == "publish" and len(words) < SHORTEST_WORDS:
            return {"note": said_problem("write a reason")}
    if words and not is_edited(words):
        return {"note": said_problem("edit the template")}
    if act in READ_FIRST and must_be_revealed(card) and not form.revealed.data:
        return {"outcome": _("Please read the text before you decide about it.")}
    return {}


def _words(form: DecisionForm) -> str:
    passage = form.passage.data.strip()
    words = form.note.data.strip()
    return f"“{passage}”\n\n{words}" if passage and words else cast(str, words)


def _decided(card: queries.Card, me: Moderator, form: DecisionForm, choice: Choice) -> Answer:
    at = now()
    seen = actions.Seen(form.version.data, bytes.fromhex(form.revision_hash.data))
    try:
        with writing():
            others = shifts.others_on_duty(me.staff_id, at)
            decision = interventions.decide_appeal(me, card.review.id, seen, choice, at, others)
            wellbeing.ask_for_debrief(current_user.vault, card.review)
            if decision is not None:
                recent.remember(current_user.vault, decision.id)
            nudge()
    except NOT_NOW as refused:
        return _again(card, me, form, choice.outcome, {"note": _said_not_now(refused)})
    except (actions.Stale, life.NotAllowed):
        return changed_page(card, seen, words_in(request.form)), 409
    except actions.OwnText:
        abort(404)
    if decision is None and not others:
        return card_page(queries.card(card.review.id) or card, me, {**form.data, "act": choice.outcome})
    _say_how(decision, choice.outcome, is_closed=is_talk(card) and choice.outcome == "publish")
    return redirect(url_for("moderation.lanes"), 303)


def _said_not_now(refused: Exception) -> str:
    if isinstance(refused, actions.Paused):
        return said_paused()
    if isinstance(refused, actions.TooEarly):
        why = _("Your voice is kept and a second person is wanted. Finishing it alone is a step of its own.")
    elif isinstance(refused, NotScreened):
        why = _("It is not scored yet. Publishing needs the finished screening.")
    else:
        why = _("Another version of this post is hidden or reported. Please decide about that one first.")
    return str(why)


def _say_how(decision: Decision | None, outcome: str, *, is_closed: bool) -> None:
    if decision is None:
        flash(_("Your voice is kept. A second person will look as well."))
    elif is_closed:
        flash(_("The conversation is closed, and your words are with the member."))
    elif decision.alone:
        how = _("Decided alone: somebody else looks at it later.")
        flash(f"{said_outcome(outcome)}. {how}")
    else:
        flash(said_outcome(outcome) + ".")


def _again(
    card: queries.Card, me: Moderator, form: DecisionForm, act: str, errors: dict[str, str]
) -> tuple[str, int]:
    db.session.rollback()
    fresh = queries.card(card.review.id) or card
    if not fresh.review.open or fresh.review.claimed_by != me.staff_id:
        seen = actions.Seen(form.version.data, bytes.fromhex(form.revision_hash.data))
        return changed_page(card, seen, words_in(request.form)), 409
    return card_page(fresh, me, {**form.data, "act": act}, errors), 422


@desk.post("/moderation/reviews/<review_id>/ask")
@staff_only
def ask(review_id: str) -> Answer:
    """Write to the author while a report or an appeal is open; nothing is decided by it."""
    card, me, form = card_of(review_id), moderator(), DecisionForm(request.form)
    if not form.validate():
        abort(400)
    words = _words(form)
    problems = problems_in(ASK, form.reason.data, words)
    if not problems and not is_edited(words):
        problems = {"note": said_problem("edit the template")}
    if problems:
        return _again(card, me, form, ASK, problems)
    seen, is_decided = actions.Seen(form.version.data, bytes.fromhex(form.revision_hash.data)), goes_on(card)
    try:
        with writing():
            asking.ask(me, review_id, seen, words, now())
    except (actions.Stale, life.NotAllowed):
        return changed_page(card, seen, words_in(request.form)), 409
    except actions.OwnText:
        abort(404)
    if is_decided:
        flash(_("Your words are with the author. If they write again, it comes back."))
    else:
        flash(_("Your words are with the author. It comes back when they answer, or in a day."))
    return redirect(url_for("moderation.lanes"), 303)


@desk.post("/moderation/reviews/<review_id>/rest")
@staff_only
def let_rest(review_id: str) -> Answer:
    """Let words about a decided text rest where they need no answer."""
    card, form = card_of(review_id), DecisionForm(request.form)
    if not form.validate():
        abort(400)
    seen = actions.Seen(form.version.data, bytes.fromhex(form.revision_hash.data))
    try:
        with writing():
            asking.let_rest(moderator(), review_id, seen, now())
    except (actions.Stale, life.NotAllowed):
        return changed_page(card, seen, words_in(request.form)), 409
    except actions.OwnText:
        abort(404)
    flash(_("It rests. If its author writes again, it comes back."))
    return redirect(url_for("moderation.lanes"), 303)


@desk.post("/moderation/reviews/<review_id>/weigh")
@staff_only
def weigh(review_id: str) -> Answer:
    """Choose another tier, with a reason for the other moderators; the review stays in one's hands."""
    card, me, form = card_of(review_id), moderator(), DecisionForm(request.form)
    if not form.validate():
        abort(400)
    why = form.note.data.strip()
    lacking = _lacking_to_weigh(card, form, why)
    if lacking:
        return _again(card, me, form, "weigh", lacking)
    seen = actions.Seen(form.version.data, bytes.fromhex(form.revision_hash.data))
    tier = cast("Tier | None", form.tier.data if form.tier.data in TIERS else None)
    try:
        with writing():
            wellbeing.ask_for_debrief(current_user.vault, card.review)
            weighed = interventions.weigh(me, review_id, seen, tier, why, now())
    except actions.Stale:
        return changed_page(card, seen, words_in(request.form)), 409
    except life.NotAllowed:
        return _again(card, me, form, "weigh", {"tier": _("That is the tier it has. Please choose another.")})
    except actions.OwnText:
        abort(404)
    flash(said_lane(weighed.lane))
    shown = 1 if form.revealed.data else None
    return redirect(url_for("moderation.review", review_id=review_id, reveal=shown), 303)


def _lacking_to_weigh(card: queries.Card, form: DecisionForm, why: str) -> dict[str, str]:
    if must_be_revealed(card) and not form.revealed.data:
        return {"outcome": _("Please read the text before you decide about it.")}
    found = {}
    if form.tier.data not in ("none", *TIERS):
        found["tier"] = _("Please choose the tier that fits.")
    if len(why) < SHORTEST_WORDS:
        found["weigh-note"] = _("Please say in a sentence why. Only moderators read it.")
    if len(why) > LONGEST_WORDS:
        found["weigh-note"] = said_problem("too long")
    return found


def problems_in(act: str, rule: str, words: str) -> dict[str, str]:
    """What a decision lacks, in words, by field; what fits an act is what its reasons say."""
    fitting = {one.id for one in reasons() if act in one.uses}
    found = problems_of(act, rule, words, policy.starter(rule), fitting, policy.gaps())
    return {one.field: said_problem(one.code) for one in found}


def said_problem(code: str) -> str:
    """What is missing in a decision, in words for the moderator."""
    return str(
        {
            "unknown outcome": _("This is not a decision."),
            "choose a rule": _("Please choose the reason."),
            "another reason": _("This reason belongs to another decision. Please choose one that fits."),
            "fill the gaps": _(
                "The starter text still has a gap in brackets. Please fill it or take it out."
            ),
            "write a reason": _("Please write to the author in your own words; a sentence is enough."),
            "write a line": _("Please write a line for the lead: what should they look at?"),
            "too long": _("That is too long."),
            "edit the template": _("Please make the starter text your own first."),
        }[code]
    )


@desk.post("/moderation/decisions/<decision_id>/undo")
@staff_only
def undo(decision_id: str) -> Response:
    """Reverse a decision by a further one."""
    if not is_id(decision_id):
        abort(404)
    try:
        with writing():
            undone = actions.undo(moderator(), decision_id, now())
    except actions.CannotUndo as refused:
        why = {
            "the author answered": _(
                "The author has answered, so the conversation can no longer be undone. "
                "Please answer or decide."
            ),
            "the author acted": _("The author has acted on it already, so it can no longer be undone."),
            "undone before": _("It was undone before."),
        }.get(refused.args[0], _("It has moved on, so it can no longer be undone."))
        raise Conflict(why, url_for("moderation.lanes")) from None
    except (actions.Stale, actions.OwnText):
        abort(404)
    revision = db.session.get_one(Revision, undone.revision_id)
    asked = open_review(revision.id, "report")
    if effects.is_talk(db.session.get_one(Post, revision.post_id)):
        flash(_("The conversation goes on: it waits on the desk. What was said stays said."))
    elif revision.state == "hidden" and asked is not None:
        flash(_("It is hidden now, and its author is told. It waits until somebody decides."))
        flash(said_lane(asked.lane))
    else:
        flash(_("Undone. It is as it was before."))
    return redirect(url_for("moderation.lanes"), 303)
