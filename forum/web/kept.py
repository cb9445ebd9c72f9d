"""What a person typed is never lost to an error: it goes back with the answer, secrets left out."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

SECRETS = frozenset(
    {
        "altcha",
        "code",
        "csrf_token",
        "invite",
        "passphrase",
        "passphrase_again",
        "present",
        "recovery_code",
        "sign_in_name",
        "ticket",
        "totp",
        "work",
    }
)
OFFERED = "offered"
"""The six words that a page offered as a passphrase travel on, to stay the right ones, but are not shown."""
KEPT = "kept."
SEND_TO = "kept_for"


def posted() -> list[tuple[str, str]]:
    """Every field that was sent, in order, without secrets. Empty when the body cannot be read."""
    try:
        pairs = list(request.form.items(multi=True))
    except HTTPException:
        return []
    return [(name, text) for name, text in pairs if name not in SECRETS and not name.startswith(KEPT)]


def words() -> dict[str, str]:
    """What a person wrote, by the label they know, to be shown and copied."""
    labels = {"title": _("Title"), "body": _("Text"), "reason": _("Reason"), "note": _("Note")}
    return {
        labels.get(name, name.replace("_", " ").capitalize()): text
        for name, text in [*posted(), *carried()]
        if name != OFFERED
        and text.strip()
        and (name in labels or any(sign.isspace() for sign in text.strip()))
    }


def carried() -> list[tuple[str, str]]:
    """The fields of a form that came back through the sign-in form, under their own names."""
    try:
        pairs = list(request.form.items(multi=True))
    except HTTPException:
        return []
    return [(name.removeprefix(KEPT), text) for name, text in pairs if name.startswith(KEPT)]


def carried_to() -> str | None:
    """The path that a carried form was meant for; only paths of this site."""
    path = request.form.get(SEND_TO, "")
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else None


def along() -> list[tuple[str, str]]:
    """What a form has to carry, as pairs, so that the words of an earlier one go on with it."""
    target = carried_to()
    return [(SEND_TO, target), *((KEPT + name, text) for name, text in carried())] if target else []


def readable(fields: list[tuple[str, str]]) -> dict[str, str]:
    """Those of some fields that a person wrote, to be shown."""
    return {name: text for name, text in fields if any(sign.isspace() for sign in text.strip())}


def came_from_here() -> bool:
    """Whether the browser says that this site's own page sent the form, so that it may be sent again."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"
