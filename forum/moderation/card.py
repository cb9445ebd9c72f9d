"""The card of one review, as a page: softened text, marks, findings, scores, history, context, decisions."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from forum.circles import rules as life
from forum.circles.content import open_words
from forum.circles.models import Decision
from forum.circles.views.reading import content_notes, said_note
from forum.circles.views.words import mode as said_mode
from forum.circles.views.words import state as said_state
from forum.content import report_reasons
from forum.moderation import care_card, noticed, policy, queries, reports, wellbeing
from forum.moderation.actions import LEADS_OUT, is_paused
from forum.moderation.offering import Moderator
from forum.moderation.rules import OF_TALKS, OUTCOMES, Shown, fits
from forum.moderation.words import said_outcome
from forum.storage.clock import now
from forum.storage.database import db
from forum.text.render import as_markup, escaped, excerpt, marked_text
from forum.web.days import said_day, said_minutes

SOFTENED_SCORE = 0.8
CONTEXT_LETTERS = 700
"""How much of a post is shown beside the text to decide about; the whole stands in its thread."""


def card_page(
    card: queries.Card,
    moderator: Moderator,
    form: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    """The page of a review; `form` and `errors` come back from a decision that was not complete."""
    at = now()
    is_held = bool(card.review.claimed_until and card.review.claimed_until > at)
    is_mine = card.review.claimed_by == moderator.staff_id and is_held
    is_late = card.review.claimed_by == moderator.staff_id and not is_mine
    return render_template(
        "moderation/review.html",
        review=_review(card, at, is_mine),
        claimable=card.review.open and not is_mine,
        taken=not is_mine and not is_late and is_held,
        text=text_of(card),
        reveal_path=None
        if _is_open(card)
        else url_for("moderation.review", review_id=card.review.id, reveal=1),
        lineage=queries.lineage_of(card),
        context=[_context(row) for row in queries.context_of(card.post)],
        thread=_thread(card),
        circle_name=card.circle.name,
        thread_title=card.thread_title,
        care=care_card.beside(card),
        **noticed.noticed(card),
        others_under_care=queries.others_under_care(card),
        before=[_decision(decision) for decision in queries.decisions_about(card.post.id)],
        talk=_talk(card),
        may=_may(card) if (is_mine or is_late) and card.review.open else [],
        hide=_hide(card),
        is_talk=is_talk(card),
        **_reasons(card),
        reported=_reported(card),
        appeal=_appeal(card),
        content_notes=content_notes(),
        form=form or {"act": ""},
        errors=errors or {},
    )


def _thread(card: queries.Card) -> str | None:
    """Where a moderator reads the thread of a text: at the text where it is published, else at its end."""
    is_read_there = card.circle.audience in ("everyone", "members") and card.thread_title is not None
    if not is_read_there:
        return None
    if card.revision.state != "published":
        return f"/t/{card.thread.id}?after=newest"
    place = queries.place_of(card.post.id)
    return f"/t/{card.thread.id}{f'?after={place - 1}' if place else ''}#p-{card.post.id}"


def _hide(card: queries.Card) -> str | None:
    """The way to hide a decided text that others read."""
    is_public = card.circle.audience != life.MODERATORS_ONLY and card.circle.id != life.LIBRARY
    if card.review.open or card.revision.state != "published" or not is_public:
        return None
    return f"/posts/{card.post.id}/hide"


def _reasons(card: queries.Card) -> dict[str, Any]:
    """The reasons that fit what can be decided here, grouped by decision, and their starter texts."""
    known = {
        "submission": [("return", _("To return")), ("decline", _("To decline"))],
        "report": [("hide", _("To hide or remove"))],
    }
    kinds = [] if is_talk(card) or goes_on(card) else known.get(card.review.kind, [])
    uses = {use for use, _said in kinds}
    starters = [one for one in policy.starters() if uses & set(one.uses)]
    groups = [(said, [(one.id, one.title) for one in starters if use in one.uses]) for use, said in kinds]
    return {"reasons": groups, "starters": starters}


def _review(card: queries.Card, at: datetime, is_mine: bool) -> SimpleNamespace:
    review = card.review
    words, look = clock_words(review.due_at, at)
    return SimpleNamespace(
        id=review.id,
        kind=review.kind,
        lane=review.lane,
        tier=review.tier,
        clock=words,
        clock_look=look,
        due=review.due_at.isoformat() if review.due_at and review.open else None,
        version=review.version,
        revision_hash=card.revision.hash.hex(),
        until=f"{review.claimed_until:%H:%M} UTC" if is_mine else None,
        state_words=said_state(card.revision.state),
        screened=bool(card.screening and card.screening.state == "done"),
        set_aside=card.screening.problem if card.screening and card.screening.state == "set aside" else None,
        second=care_card.second(card, at),
        contact=review.contact,
        country=review.country,
        for_lead=review.for_lead,
        weighed=care_card.weighed(card),
        goes_on=goes_on(card),
        answered=care_card.answered(card, is_decided=goes_on(card)),
    )


def clock_words(due: datetime | None, at: datetime) -> tuple[str, str | None]:
    """How much time is left, in words, and how it looks: nothing, near or late."""
    if due is None:
        return str(_("no due time")), None
    minutes = int((due - at).total_seconds() // 60)
    if minutes < 0:
        return str(_("late by %(span)s", span=said_minutes(max(1, -minutes)))), "late"
    return str(_("due in %(span)s", span=said_minutes(max(1, minutes)))), "near" if minutes < 15 else None


def _is_open(card: queries.Card) -> bool:
    if request.args.get("reveal") == "1" or request.form.get("revealed"):
        return True
    return not must_be_revealed(card)


def must_be_revealed(card: queries.Card) -> bool:
    """Whether this text lies behind its summary until the moderator who asks wants to read it."""
    if not wellbeing.strain_of(current_user.vault, now()).softened:
        return False
    labels = card.screening.labels if card.screening else {}
    return card.review.lane in ("care", "conduct") or max(labels.values(), default=0.0) >= SOFTENED_SCORE


def text_of(card: queries.Card, *, is_marked: bool = True) -> SimpleNamespace:
    """The text of a card and what belongs to it, behind its summary where it is heavy and not revealed."""
    content = card.content
    is_open = _is_open(card)
    body: Markup | None = None
    if content and is_open:
        body = _marked(content.title, content.body, noticed.findings(card) if is_marked else [])
    return SimpleNamespace(
        title=content.title if content and is_open else None,
        body=body if content else as_markup(escaped(_("The text is erased."))),
        source=content.body if content and is_open else "",
        source_title=content.title if content and is_open else "",
        summary=_summary(card),
        pseudonym=content.name if content else "",
        new_name=card.names_texts == 1,
        what=_what(card),
        content_note=said_note(content.note) if content else None,
        card_id=content.card if content else None,
        purpose=card.circle.rules if card.circle.audience == life.MODERATORS_ONLY else "",
    )


def _what(card: queries.Card) -> str:
    """What kind of text it is, and where."""
    if card.circle.id == life.LIBRARY:
        return str(_("Strategy card for the library"))
    if is_talk(card):
        return str(_("A conversation that a member opened"))
    if card.post.is_opening:
        return str(_("Opening of a thread in %(circle)s", circle=card.circle.name))
    return str(_("Reply in %(circle)s", circle=card.circle.name))


def _summary(card: queries.Card) -> str:
    """One neutral line instead of a heavy text: how long it is, at whom it points, what was noticed."""
    length = len(card.content.body) if card.content else 0
    kinds = sorted(
        {
            str(finding["kind"]).replace("-", " ")
            for finding in (card.screening.findings if card.screening else [])
        }
    )
    return str(
        _(
            "A text of %(count)s characters. %(noticed)s",
            count=length,
            noticed=_("Noticed: %(kinds)s.", kinds=", ".join(kinds))
            if kinds
            else _("It may be heavy to read."),
        )
    )


def _marked(title: str, body: str, findings: list[Shown]) -> Markup:
    """The source with the passages of the findings marked. Offsets count from the title on."""
    shift = len(title) + 1 if title else 0
    return marked_text(
        body,
        [
            (max(0, start - shift), end - shift)
            for finding in findings
            for start, end in finding.spans
            if end - shift > 0
        ],
    )


def _context(row: Any) -> SimpleNamespace:
    """A post of the thread; of a long one its beginning."""
    is_long = len(row.plain) > CONTEXT_LETTERS
    return SimpleNamespace(
        id=row.post_id,
        pseudonym=row.pseudonym,
        badge=None,
        day=said_day(row.day),
        mode=None if row.is_opening else row.mode,
        mode_word=None if row.is_opening else said_mode(row.mode),
        kind=None,
        wish=None,
        content_note=said_note(row.content_note),
        edited=False,
        mine=False,
        html=as_markup(escaped(excerpt(row.plain, CONTEXT_LETTERS)) if is_long else row.html),
    )


def _decision(decision: Any) -> dict[str, str]:
    return {"what": said_outcome(decision.outcome), "day": said_day(decision.day), "rule": decision.rule}


def _talk(card: queries.Card) -> SimpleNamespace:
    """The words about this post. Moderators see who of them answered; the author never does."""
    words = queries.conversation_about(card.post.id)
    messages = [
        SimpleNamespace(own=word.side != "author", who=_who(word), day=said_day(word.day), text=word.words)
        for word in words
    ]
    return SimpleNamespace(messages=messages, is_written_to=any(w.side == "staff" for w in words))


def _who(word: queries.Said) -> str:
    if word.side == "author":
        return str(_("The author"))
    by = str(_("You")) if word.staff_id == current_user.staff.id else word.by or str(_("A moderator"))
    return str(_("%(name)s, for moderators only", name=by)) if word.side == "desk" else by


def _may(card: queries.Card) -> list[str]:
    """The decisions that the card offers; the server checks each again."""
    state, kind = cast(life.State, card.revision.state), card.review.kind
    allowed = [act for act in OUTCOMES if fits(kind, act, state) and _leads_on(kind, state, act)]
    if is_talk(card):
        allowed = [act for act in allowed if act in OF_TALKS]
    if "publish" in allowed and not (card.screening and card.screening.state == "done"):
        allowed.remove("publish")
    if is_paused(card.review):
        allowed = [act for act in allowed if act not in LEADS_OUT]
    if card.screening and card.screening.state == "set aside":
        allowed.append("try_again")
    if kind != "submission" or goes_on(card):
        allowed.append("ask")
    return [*allowed, "weigh", "release"]


def is_talk(card: queries.Card) -> bool:
    """Whether this is a conversation that a member opened from the account."""
    return card.circle.id == life.TALK and card.review.kind == "submission"


def goes_on(card: queries.Card) -> bool:
    """Whether the text is decided, and its author has gone on writing about it."""
    return card.review.kind == "submission" and card.review.open and card.revision.state not in life.PENDING


def _leads_on(kind: str, state: life.State, act: str) -> bool:
    """Whether the table of states has a way for an act; answers about reports and appeals need none."""
    if act in ("escalate", "leave", "annotate", "uphold", "overturn") or (
        kind == "report" and act == "remove"
    ):
        return True
    return (state, "moderator", act) in life.TRANSITIONS or (state == "held" and act == "hold")


def _reported(card: queries.Card) -> list[SimpleNamespace]:
    labels = {one.id: one.label for one in report_reasons()}
    if card.review.kind != "report":
        return []
    return [
        SimpleNamespace(reason=labels.get(one.reason, one.reason), words=one.words, by_visitor=one.by_visitor)
        for one in reports.reports_of(card.review.id)
    ]


def _appeal(card: queries.Card) -> SimpleNamespace | None:
    """The decision that an appeal is about, its reason, and what its author says."""
    review = card.review
    if review.kind != "appeal":
        return None
    about = db.session.get_one(Decision, review.about_id)
    said = open_words(about.sealed_words, "decision", about.id) if about.sealed_words else ""
    asked = open_words(review.sealed_words, "review", review.id) if review.sealed_words else ""
    return SimpleNamespace(decision=f"{_decision(about)['what']}: {said}", note=asked)
