"""Joining, and coming back by the recovery code."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.members import actions, doors, keys, recovery, sessions
from forum.members.forms import ComeBackForm, JoinForm
from forum.members.gates import joining_paused
from forum.members.person import put_cookie
from forum.members.vault import OpenVault
from forum.members.views.signing import takes_posts
from forum.members.words import offered_before, offered_passphrase
from forum.storage.clock import now
from forum.storage.database import writing
from forum.storage.settings import current_settings
from forum.web import asked, kept, limits
from forum.web.access import visitors
from forum.web.errors import Unavailable, page

joining = Blueprint("joining", __name__)

Answer = str | Response | tuple[str, int]
CODE_PAGE = "/account/recovery-code"


@joining.get("/join")
@visitors
def join_form() -> Answer:
    """The form to join."""
    if current_user.is_authenticated:
        return redirect("/", 303)
    return _join_page({}, {})


@joining.post("/join")
@visitors
@limits.join
def join() -> Answer:
    """Make a member, sign them in, and lead to the recovery code."""
    form = JoinForm(request.form)
    paused = joining_paused()
    if paused or not form.validate():
        return _join_page(request.form, form.errors), 503 if paused else 422
    try:
        passage = doors.pass_through(request.form, now())
    except doors.NotYet as early:
        return _join_page(request.form, {}, waits=early.args[0]), 422
    except doors.Closed as closed:
        return _join_page({**request.form.to_dict(), "ticket": ""}, {"": _refusal(closed.args[0])}), 422
    return _let_in(form, passage)


def _let_in(form: JoinForm, passage: doors.Passage) -> Answer:
    name = form.sign_in_name.data or ""
    member_key, code = keys.new_key(), keys.new_recovery_code()
    try:
        lock = keys.lock(member_key, form.passphrase.data or "")
        with writing():
            if passage.kind == "invite":
                doors.redeem(passage.value, ("member",), now())
            known = actions.join(name, member_key, lock, code)
        token = _open_with_code(known, code)
    except keys.Busy as busy:
        passage.give_back()
        raise Unavailable from busy
    except actions.SignInNameTaken:
        passage.give_back()
        taken = _("This sign-in name cannot be taken. Please choose another one.")
        return _join_page(request.form, {"sign_in_name": taken}), 422
    except doors.Closed:
        return _join_page(request.form, {"invite_code": _refusal("invite")}), 422
    return _to_the_code(token)


@joining.post("/<any(join,recover):door>/words")
@visitors
def with_words(door: str) -> Answer:
    """The form to join or to come back, which takes along the words of a form that was sent too late."""
    return _join_page({}, {}) if door == "join" else recover_form()


@joining.get("/recover")
@visitors
def recover_form() -> str:
    """The form to come back."""
    return render_template(
        "members/recover.html", errors={}, offered_passphrase=offered_passphrase(), form={}, **_words_along()
    )


def _words_along() -> dict[str, Any]:
    """The words of an earlier form, for the hidden fields of this one and for its reader."""
    return {"along": kept.along(), "kept": kept.readable(kept.carried())}


@joining.post("/recover")
@visitors
def recover() -> Answer:
    """Set a new passphrase by the recovery code, and lead to a new code. Only a wrong code counts."""
    form = ComeBackForm(request.form)
    if not form.validate():
        return _recover_page(form, form.errors)
    limits.come_back.check()
    code, new_code = form.recovery_code.data or "", keys.new_recovery_code()
    known = actions.find_by_code(code)
    member_key = known.member_key if known else keys.new_key()
    try:
        fresh = keys.lock(member_key, form.passphrase.data or "")
    except keys.Busy as busy:
        limits.come_back.give_back()
        raise Unavailable from busy
    if known is None:
        return _recover_page(form, {"recovery_code": _("This code does not fit. It has 32 letters.")})
    limits.come_back.give_back()
    try:
        with writing():
            known = actions.come_back(known, code, fresh, new_code, form.sign_in_name.data or "")
        token = _open_with_code(known, new_code)
    except actions.SignInNameTaken:
        taken = _("This sign-in name cannot be taken. Please choose another one.")
        return _recover_page(form, {"sign_in_name": taken})
    except actions.Outdated:
        return page(409)
    return _to_the_code(token)


def _recover_page(form: ComeBackForm, errors: Any) -> tuple[str, int]:
    shown = {"sign_in_name": form.sign_in_name.data or "", "recovery_code": form.recovery_code.data or ""}
    words = offered_again(request.form)
    page_again = render_template(
        "members/recover.html", errors=errors, offered_passphrase=words, form=shown, **_words_along()
    )
    return page_again, 422


def _open_with_code(known: actions.Known, code: str) -> str:
    """Open a session in which the code waits to be written down. Returns the session's token."""
    wanted = asked.recalled()
    with writing():
        token = actions.open_session(known, now())
        goes_on = wanted if wanted and wanted != CODE_PAGE else "/"
        target = kept.carried_to()
        if target and takes_posts(target):
            recovery.keep(OpenVault(known.member_key), code, target, kept.carried())
        else:
            recovery.keep(OpenVault(known.member_key), code, goes_on)
    return token


def _to_the_code(token: str) -> Response:
    """Lead to the page of the code, by way of the second factor where one is set."""
    ticket = sessions.find(token, now(), now())
    is_open = ticket is not None and ticket.ticket.stage == "open"
    response = redirect(CODE_PAGE if is_open else "/sign-in/code", 303)
    if is_open:
        asked.forget(response)
    else:
        asked.remember(response, CODE_PAGE)
    put_cookie(response, token)
    return response


def offered_again(typed: Any) -> str:
    """The passphrase that was offered before, so that words written on paper stay the right ones."""
    return offered_before(str(typed.get("offered", ""))) or offered_passphrase()


def _join_page(typed: Any, errors: Any, waits: int = 0) -> str:
    chosen = current_settings().join_door
    fields, work = {}, {}
    if chosen != "invite":
        fields["ticket"] = typed.get("ticket") or doors.new_ticket(now())
    if chosen == "work":
        work = doors.new_challenge(now())
    return render_template(
        "members/join.html",
        form={name: typed.get(name, "") for name in ("sign_in_name", "age", "consent", "invite_code")},
        errors=errors,
        offered_passphrase=offered_again(typed),
        minimum_age=current_settings().minimum_age,
        door={"kind": chosen, "words": _words_of(chosen), "ticket_words": _ticket_words()},
        door_fields=fields,
        work=work,
        waits=-(-waits // 60) if waits else 0,
        closed=joining_paused(),
        **_words_along(),
    )


def _words_of(kind: str) -> str:
    if kind == "invite":
        return str(_("A member or a moderator can give you one. It works once."))
    return str(_("Your browser does a small piece of work before it sends this, to slow down floods."))


def _ticket_words() -> str:
    """What happens where no script works: a ticket, and some patience."""
    minutes = -(-current_settings().ticket_seconds // 60)
    if not minutes:
        return str(_("This page holds a ticket that opens the door once."))
    return str(
        ngettext(
            "To slow down floods, this page holds a ticket that opens %(num)d minute after you came. If you "
            "press Join earlier, nothing is lost: you are told how long it still takes, and press again.",
            "To slow down floods, this page holds a ticket that opens %(num)d minutes after you came. If you "
            "press Join earlier, nothing is lost: you are told how long it still takes, and press again.",
            minutes,
        )
    )


def _refusal(why: str) -> str:
    return str(
        {
            "ticket": _("Your place had been used or was too old. Here is a fresh one, please try again."),
            "work": _("The work of your browser had been used or was too old. Please try again."),
            "invite": _("This invite code does not fit, or was used before."),
            "full": _("Very many people are joining just now. Please come back in an hour."),
        }[why]
    )
