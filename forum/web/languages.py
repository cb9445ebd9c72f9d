"""The language of a page: what the reader chose, else what their browser asks for, else English."""

from __future__ import annotations

from functools import lru_cache
from gettext import NullTranslations
from typing import cast

from flask import Flask, Response, abort, current_app, g, has_request_context, redirect, request
from flask_babel import Babel, get_translations
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from forum.web.access import visitors

COOKIE = "language"
YEAR = 365 * 24 * 3600
LONGEST_WISH = 200


def init_app(app: Flask) -> None:
    """Read catalogues from `forum/translations`, and offer the choice."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    babel = Babel()
    babel.init_app(app, locale_selector=_choose)
    with app.app_context():
        app.extensions["kindred.languages"] = sorted({str(one) for one in babel.list_translations()} | {"en"})
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]
    app.jinja_env.globals.update(_=_text, gettext=_text, ngettext=_plural)
    app.context_processor(lambda: {"lang": language(), "languages": offered()})
    app.add_url_rule("/language", "web.language", _set_language, methods=["POST"])


def _text(message: str, **values: object) -> Markup:
    """A string of a template in the reader's language, what is filled in escaped.

    Jinja's own function of this name asks the context on every call; a page calls it a hundred times.
    """
    said = _said(_catalogue(), message)
    return said % values if values or "%" in said else said


@lru_cache(maxsize=4096)
def _said(catalogue: NullTranslations, message: str) -> Markup:
    return Markup(catalogue.gettext(message))  # noqa: S704  (of catalogues, which are ours)


def _plural(one: str, many: str, num: int, **values: object) -> Markup:
    """A string that depends on a number, which it may name as `%(num)s`."""
    said = Markup(_catalogue().ngettext(one, many, num))  # noqa: S704  (of catalogues, which are ours)
    return said % {"num": num, **values}


def _catalogue() -> NullTranslations:
    found = g.get("catalogue")
    if found is None:
        found = g.catalogue = get_translations()
    return cast(NullTranslations, found)


def offered() -> list[str]:
    """The languages that have a catalogue, as codes."""
    codes: list[str] = current_app.extensions["kindred.languages"]
    return codes


def language() -> str:
    """The code of the language of this answer."""
    if not has_request_context():
        return "en"
    if "language" not in g:
        g.language = _choose().replace("_", "-")
    return str(g.language)


def _choose() -> str:
    if not has_request_context():
        return "en"
    chosen = request.cookies.get(COOKIE)
    if chosen in offered():
        return chosen
    asked = request.headers.get("Accept-Language", "")
    return _best_of(asked[:LONGEST_WISH], tuple(offered()))


@lru_cache(maxsize=512)
def _best_of(asked: str, codes: tuple[str, ...]) -> str:
    return parse_accept_header(asked, LanguageAccept).best_match(codes, "en")


@visitors
def _set_language() -> Response:
    chosen = request.form.get("language", "")
    if chosen not in offered():
        abort(422)
    response = redirect("/", 303)
    response.set_cookie(
        COOKIE,
        chosen,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return response  # type: ignore[return-value]
