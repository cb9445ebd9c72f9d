"""What the server knows about me, export, and leaving for good."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from forum.members import erasure, export, pseudonyms, registry
from forum.members.models import Sanction
from forum.members.person import ask_nobody, drop_cookie
from forum.members.views.proof import prove, this_session
from forum.storage import inventory
from forum.storage.clock import now
from forum.storage.database import db
from forum.web import limits
from forum.web.access import members_only

data = Blueprint("data", __name__, url_prefix="/account")

Answer = str | AnyResponse | tuple[str, int]


@data.get("/data")
@members_only
def known() -> str:
    """Every table and column of the forum, and what of it leads to the member while they are signed in."""
    counts = _counts()
    tables = [
        SimpleNamespace(
            name=name,
            words=table.words,
            keep=table.keep,
            columns=[(column, inventory.CLASSES[kind]) for column, kind in table.columns.items()],
            yours=counts.get(name),
        )
        for name, table in sorted(inventory.TABLES.items())
    ]
    return render_template("members/data.html", tables=tables)


@data.post("/export")
@members_only
@limits.export
def take_along() -> AnyResponse:
    """Everything kept for the member, as JSON or as a page to read."""
    found = export.of_member(current_user.vault, now())
    if request.form.get("form") == "page":
        response = make_response(render_template("members/export.html", parts=found))
        response.headers["Content-Disposition"] = "attachment; filename=export.html"
        return response
    body = json.dumps(found, ensure_ascii=False, indent=1, default=str)
    headers = {"Content-Disposition": "attachment; filename=export.json"}
    return Response(body, mimetype="application/json", headers=headers)


@data.get("/erase")
@members_only
def erase_form() -> str:
    """What leaving for good means, and the choice."""
    return _erase_page({})


@data.post("/erase")
@members_only
def erase() -> Answer:
    """Leave for good."""
    how = request.form.get("how", "")
    if how not in erasure.HOWS:
        return _erase_page({"how": _("Please choose what happens to your texts.")}), 422
    if prove(request.form.get("passphrase", "")) is None:
        return _erase_page({"passphrase": _("This is not your passphrase.")}), 422
    country = current_user.country
    erasure.erase(current_user.member_id, current_user.vault, this_session().token_hash, how, now())
    ask_nobody()
    words = {"how": how, "days": erasure.SPREAD_DAYS, "country": country}
    response = make_response(render_template("members/erased.html", **words))
    drop_cookie(response)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def _erase_page(errors: dict[str, Any]) -> str:
    return render_template("members/erase.html", errors=errors, days=erasure.SPREAD_DAYS, form=request.form)


def _counts() -> dict[str, int]:
    vault = current_user.vault
    lists, objects = vault.everything()
    ring = [own.id for own in pseudonyms.ring(vault)]
    sanctions = select(func.count()).select_from(Sanction).where(Sanction.pseudonym_id.in_(ring))
    own = {
        "member": 1,
        "vault": sum(map(len, lists.values())) + sum(map(len, objects.values())),
        "pseudonym": len(ring),
        "mark": len(lists.get("mark", [])),
        "member_session": len(lists.get("session", [])),
        "sanction": db.session.scalar(sanctions) or 0,
    }
    return {**own, **{table: act(vault) for table, act in registry.counts.items()}}
