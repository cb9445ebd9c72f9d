"""Setting, passing and switching off the second factor."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from forum.members import second_factor, sessions
from forum.members.views.proof import prove, this_session
from forum.members.views.signing import codes
from forum.storage.clock import now
from forum.storage.database import writing
from forum.web.access import members_only

factor = Blueprint("factor", __name__, url_prefix="/account/second-factor")

Answer = str | AnyResponse | tuple[str, int]


@factor.get("")
@members_only
def show() -> str:
    """Where the second factor stands: not set, being set, set."""
    return _page({})


@factor.post("")
@members_only
def begin() -> AnyResponse:
    """Make a secret for an authenticator."""
    with writing():
        if not second_factor.is_set(current_user.vault):
            second_factor.begin(current_user.vault)
    return redirect("/account/second-factor", 303)


@factor.get("/picture")
@members_only
def picture() -> Response:
    """The secret that waits to be confirmed, as a picture of this site's own."""
    secret = second_factor.pending_secret(current_user.vault)
    if secret is None:
        abort(404)
    return Response(second_factor.picture(secret), mimetype="image/png")


@factor.post("/confirm")
@members_only
def confirm() -> Answer:
    """Set the second factor once a first code fits, and show the codes for a lost device this once."""
    codes.check()
    with writing():
        made = second_factor.confirm(current_user.vault, request.form.get("code", "")[:40], now())
        if made:
            sessions.renew_ticket(this_session(), second=True)
            sessions.end_all(current_user.vault, but=this_session().token_hash)
    if made is None:
        return _page({"code": _("This code does not fit, or was used before. The next one may.")}), 422
    goes_on = "/moderation" if current_user.is_staff else "/account"
    return render_template("members/codes.html", codes=made, next=goes_on)


@factor.post("/off")
@members_only
def switch_off() -> AnyResponse:
    """Ask for no second factor any more. Staff have to set a new one before they go on."""
    if prove(request.form.get("passphrase", "")) is None:
        flash(_("This is not your passphrase. The second factor is as it was."), "warm")
        return redirect("/account/second-factor", 303)
    with writing():
        second_factor.switch_off(current_user.vault)
        sessions.renew_ticket(this_session(), second=False)
    flash(_("Signing in asks for no code any more."))
    return redirect("/account", 303)


def _page(errors: dict[str, str]) -> str:
    vault = current_user.vault
    place = second_factor.KIND
    vault.preload([], [(place, second_factor.OBJECT), (place, second_factor.PENDING)])
    secret = second_factor.pending_secret(vault)
    return render_template(
        "members/second_factor.html",
        errors=errors,
        is_set=second_factor.is_set(vault),
        codes_left=second_factor.codes_left(vault),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)) if secret else "",
        for_staff=current_user.is_staff,
    )
