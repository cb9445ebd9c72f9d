"""Who moderates: taking a role up by a one-time link, and the staff as leads see them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.members import doors, roles, sessions
from forum.members.pseudonyms import refusal_of
from forum.members.views.proof import fresh_only, this_session
from forum.storage.clock import now
from forum.storage.database import writing
from forum.web.access import leads_only, members_only

staff = Blueprint("staff", __name__)

Answer = str | Response | tuple[str, int]


@staff.get("/join/staff/<code>")
@members_only
def invited(code: str) -> str:
    """The page of a one-time link."""
    return _invited_page(code, {})


@staff.post("/join/staff/<code>")
@members_only
def take_up(code: str) -> Answer:
    """Become a moderator or lead, with a name that only staff see."""
    try:
        with writing():
            taken = roles.take_up(current_user.member_id, code, request.form.get("staff_name", ""), now())
            sessions.renew_ticket(this_session(), staff=True)
    except doors.Closed:
        abort(404)
    except roles.StaffNameTaken:
        return _invited_page(code, {"staff_name": _("Another moderator has this name.")}), 422
    except roles.StaffNameRefused as refused:
        return _invited_page(code, {"staff_name": refusal_of(refused.args[0])}), 422
    flash(_("You are %(role)s now.", role=_said(taken.role)))
    return redirect("/moderation" if current_user.has_second_factor else "/account/second-factor", 303)


@staff.get("/account/staff")
@leads_only
def everybody() -> str:
    """Everybody with a role."""
    return _staff_page()


@staff.post("/account/staff/invite")
@leads_only
@fresh_only
def invite() -> Answer:
    """Make a one-time link for a role."""
    role = request.form.get("role", "")
    if role not in roles.ROLES:
        abort(422)
    with writing():
        path = roles.invite(role, now(), current_user.staff.id)
    return _staff_page(link=request.host_url.rstrip("/") + path)


@staff.post("/account/staff/<staff_id>")
@leads_only
@fresh_only
def change(staff_id: str) -> Response:
    """Give somebody another role, or take it away."""
    role = request.form.get("role") or None
    try:
        with writing():
            roles.change(staff_id, role, now(), current_user.staff.id)
    except roles.NotPossible:
        abort(404 if staff_id not in {one.id for one in roles.everybody()} else 422)
    flash(_("Done. It counts at once."))
    return redirect("/account/staff" if staff_id != current_user.staff.id else "/account", 303)


def _invited_page(code: str, errors: dict[str, Any]) -> str:
    kind = doors.kind_of(code, now())
    if kind not in roles.ROLES:
        abort(404)
    return render_template(
        "members/staff_join.html",
        code=code,
        errors=errors,
        role=_said(kind),
        typed=request.form.get("staff_name", ""),
    )


def _staff_page(link: str = "") -> str:
    return render_template(
        "members/staff.html",
        staff=[(one, _said(one.role)) for one in roles.everybody()],
        mine=current_user.staff.id,
        roles=[(role, _said(role)) for role in roles.ROLES],
        link=link,
    )


def _said(role: str) -> str:
    return str({"moderator": _("moderator"), "lead": _("lead")}[role])
