"""Into an invited circle with its shared code, out of it again, and a new code for it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.circles import invitations, queries, rules
from forum.circles.views.reading import readable_circle
from forum.storage.clock import day_of, now
from forum.storage.database import writing
from forum.web import limits
from forum.web.access import leads_only, members_only

entering = Blueprint("entering", __name__)

Answer = str | Response | tuple[str, int]


@entering.get("/invited")
@members_only
def ask_code() -> str:
    """The form for a code."""
    return render_template("circles/invited.html", errors={})


@entering.post("/invited")
@members_only
@limits.report
def enter() -> Answer:
    """Join the circle that a code opens. That one belongs to it is kept in the vault and nowhere else."""
    try:
        with writing():
            circle_id = invitations.enter(current_user.vault, request.form.get("code", ""), day_of(now()))
    except invitations.NoSuchCode:
        problem = _("This code opens nothing. Codes change every two weeks; please ask for the present one.")
        return render_template("circles/invited.html", errors={"code": problem}), 422
    return redirect(url_for("reading.circle", circle_id=circle_id), 303)


@entering.get("/moderation/circles")
@leads_only
def codes() -> str:
    """The invited circles, each with a way to a new code, and for how long posts stay there."""
    return _codes_page()


@entering.post("/moderation/circles/<circle_id>/code")
@leads_only
def new_code(circle_id: str) -> str:
    """Make a new code and show it, once."""
    try:
        with writing():
            code = invitations.new_code(circle_id, day_of(now()))
    except invitations.NotInvited:
        abort(404)
    return _codes_page(code, circle_id)


def _codes_page(code: str | None = None, code_of: str | None = None) -> str:
    return render_template(
        "circles/codes.html",
        circles=[circle for circle in queries.circles() if circle.audience == "invited"],
        days=[(days, ngettext("%(num)d day", "%(num)d days", days)) for days in rules.KEEP_DAYS],
        code=code,
        code_of=code_of,
    )


@entering.post("/c/<circle_id>/leave")
@members_only
def leave(circle_id: str) -> Response:
    """Leave an invited circle."""
    readable_circle(circle_id)
    with writing():
        invitations.leave(current_user.vault, circle_id)
    flash(_("You have left the circle. What you wrote there stays until you remove it."))
    return redirect(url_for("reading.home"), 303)
