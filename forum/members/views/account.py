"""One's account: names, sessions, passphrase, recovery code, settings, invites."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.members import (
    actions,
    doors,
    keys,
    pseudonyms,
    recovery,
    registry,
    sanctions,
    second_factor,
    sessions,
)
from forum.members.forms import PassphraseForm
from forum.members.person import choose_country, drop_cookie, sign_off
from forum.members.views.joining import offered_again
from forum.members.views.proof import prove, this_session
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from forum.storage.settings import current_settings
from forum.web import asked, kept
from forum.web.access import members_only
from forum.web.days import said_day
from forum.web.errors import Unavailable, page

account = Blueprint("account", __name__, url_prefix="/account")

Answer = str | Response | tuple[str, int]
KEYS = ("settings", "keys")
CODE = (recovery.KIND, recovery.OBJECT)
INVITES = "invite"
INVITES_A_MONTH = 3


@account.get("")
@members_only
def show() -> str:
    """The account, as only its member sees it."""
    vault = current_user.vault
    vault.preload([pseudonyms.KIND, sessions.KIND, INVITES], [sessions.COUNTRY, KEYS, CODE, _factor()])
    ring = pseudonyms.ring(vault)
    return render_template(
        "members/account.html",
        names=ring,
        suspended=sanctions.is_suspended([own.id for own in ring]),
        sessions=[
            SimpleNamespace(place=one.place, day=said_day(day_of(one.since)), is_this=one.is_this)
            for one in sessions.listed(vault, this_session().token_hash, now())
        ],
        code_waits=recovery.waiting(vault) is not None,
        has_factor=second_factor.is_set(vault),
        codes_left=second_factor.codes_left(vault),
        countries=registry.countries(),
        country=(vault.about(*sessions.COUNTRY) or {}).get("code", ""),
        keys_off=bool((vault.about(*KEYS) or {}).get("off")),
        may_invite=_may_invite(ring),
    )


@account.post("/names/<pseudonym_id>/retire")
@members_only
def retire(pseudonym_id: str) -> Response:
    """Put a name away."""
    with writing():
        known = pseudonyms.retire(current_user.vault, pseudonym_id)
    if not known:
        abort(404)
    flash(_("This name is put away. Texts under it stay as they are."))
    return redirect(url_for("account.show"), 303)


@account.post("/sessions/<int:place>/end")
@members_only
def end_session(place: int) -> Response:
    """End one of one's own sessions."""
    with writing():
        sessions.end_listed(current_user.vault, place)
    return redirect(url_for("account.show"), 303)


@account.post("/sign-out-everywhere")
@members_only
def sign_out_everywhere() -> Response:
    """End all of one's own sessions, this one too."""
    with writing():
        current_user.vault.lock_turn()
        sessions.end_all(current_user.vault)
        sign_off(this_session())
    response = redirect("/", 303)
    drop_cookie(response)
    return response


@account.get("/passphrase")
@members_only
def passphrase_form() -> str:
    """The form to change the passphrase."""
    return _passphrase_page({})


@account.post("/passphrase")
@members_only
def change_passphrase() -> Answer:
    """Change the passphrase; every other session ends."""
    form = PassphraseForm(request.form)
    if not form.validate():
        return _passphrase_page(form.errors), 422
    known = prove(form.present.data or "")
    if known is None:
        return _passphrase_page({"present": _("This is not your passphrase.")}), 422
    try:
        fresh = keys.lock(known.member_key, form.passphrase.data or "")
        with writing():
            actions.change_passphrase(known, fresh, this_session().token_hash)
    except keys.Busy as busy:
        raise Unavailable from busy
    except actions.Outdated:
        return page(409)
    flash(_("The passphrase is changed. Your other sessions have ended."))
    return redirect(url_for("account.show"), 303)


@account.post("/recovery-code")
@members_only
def renew_recovery_code() -> Answer:
    """Make a new recovery code; the old one opens nothing any more."""
    known = prove(request.form.get("passphrase", ""))
    if known is None:
        flash(_("This is not your passphrase. Your recovery code is as it was."), "warm")
        return redirect(url_for("account.show"), 303)
    code = keys.new_recovery_code()
    with writing():
        actions.change_code(known, code)
    with writing():
        recovery.keep(current_user.vault, code, "/account")
    return redirect(url_for("account.recovery_code"), 303)


@account.get("/recovery-code")
@members_only
def recovery_code() -> Answer:
    """The recovery code, as long as it is not written down."""
    waiting = recovery.waiting(current_user.vault)
    if waiting is None:
        return redirect(url_for("account.show"), 303)
    return render_template("members/recovery_code.html", code=waiting.code)


@account.post("/recovery-code/written-down")
@members_only
def written_down() -> Answer:
    """Let the recovery code go: from here on it stands on paper only. Words that came along are shown."""
    with writing():
        found = recovery.written_down(current_user.vault)
    goes_on = found.goes_on if found else ""
    if found and found.words:
        return render_template(
            "web/carried.html", send_to=goes_on, fields=found.words, kept=kept.readable(found.words)
        )
    return redirect(goes_on if goes_on and asked.is_page(goes_on) else url_for("account.show"), 303)


@account.post("/settings")
@members_only
def change_settings() -> Response:
    """Keep the country for help and the keyboard's switch, in the vault."""
    code = request.form.get("country", "")
    chosen = code if code in dict(registry.countries()) else ""
    with writing():
        choose_country(chosen)
        if current_user.is_staff:
            off = bool(request.form.get("keys_off"))
            current_user.vault.put_about(*KEYS, {"off": True} if off else None)
    flash(_("Kept."))
    return redirect(url_for("account.show"), 303)


@account.post("/invites")
@members_only
def make_invite() -> Answer:
    """Make an invite code; how many one has made this month stands in one's own vault only."""
    vault, at = current_user.vault, now()
    with writing():
        vault.lock_turn()
        if not _may_invite(pseudonyms.ring(vault)):
            abort(404)
        code = doors.new_invite("member", at)
        until = (day_of(at) + timedelta(days=doors.INVITE_DAYS)).toordinal()
        vault.refill(INVITES, {"until": until})
    return render_template("members/invite.html", code=code, days=doors.INVITE_DAYS)


@account.get("/confirm")
@members_only
def confirm_form() -> str:
    """The form to type the passphrase once more."""
    return render_template("members/confirm.html", errors={})


@account.post("/confirm")
@members_only
def confirm() -> Answer:
    """Prove once more who is here; good for a quarter of an hour."""
    if prove(request.form.get("passphrase", "")) is None:
        wrong = {"passphrase": _("This is not your passphrase.")}
        return render_template("members/confirm.html", errors=wrong), 422
    with writing():
        sessions.renew_ticket(this_session(), confirmed_at=int(now().timestamp()))
    return redirect("/account/staff" if current_user.is_lead else "/account", 303)


def _passphrase_page(errors: Any) -> str:
    return render_template(
        "members/passphrase.html", errors=errors, offered_passphrase=offered_again(request.form)
    )


def _may_invite(ring: list[pseudonyms.OwnName]) -> bool:
    """Whether the door asks for codes and this member may give one: in good standing, a few a month."""
    if current_settings().join_door != "invite":
        return False
    if current_user.is_lead:
        return True
    if sanctions.active([own.id for own in ring], day_of(now())):
        return False
    today, vault = day_of(now()).toordinal(), current_user.vault
    made = [entry for entry in vault.entries(INVITES) if entry.data["until"] >= today]
    return len(made) < INVITES_A_MONTH


def _factor() -> tuple[str, str]:
    return second_factor.KIND, second_factor.OBJECT
