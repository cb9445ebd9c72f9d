"""The language of a page: what the reader chose, else what their browser asks for, else English."""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, g, has_request_context, redirect, request
from flask_babel import Babel, get_locale, get_translations

from forum.web.access import visitors

COOKIE = "language"
YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Read catalogues from `forum/translations`, and offer the choice."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    babel = Babel()
    babel.init_app(app, locale_selector=_choose)
    with app.app_context():
        app.extensions["kindred.languages"] = sorted({str(one) for one in babel.list_translations()} | {"en"})
    app.jinja_env.install_gettext_callables(_text, _plural, newstyle=True)  # type: ignore[attr-defined]
    app.context_processor(lambda: {"lang": language(), "languages": offered()})
    app.add_url_rule("/language", "web.language", _set_language, methods=["POST"])


def _text(message: str) -> str:
    """A string of a template in the reader's language. The catalogue is looked up once a request."""
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return str(g.catalogue.gettext(message))


def _plural(one: str, many: str, count: int) -> str:
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return str(g.catalogue.ngettext(one, many, count))


def offered() -> list[str]:
    """The languages that have a catalogue, as codes."""
    codes: list[str] = current_app.extensions["kindred.languages"]
    return codes


def language() -> str:
    """The code of the language of this answer."""
    locale = get_locale()
    return str(locale).replace("_", "-") if locale else "en"


def _choose() -> str | None:
    if not has_request_context():
        return "en"
    chosen = request.cookies.get(COOKIE)
    if chosen in offered():
        return chosen
    return request.accept_languages.best_match(offered(), "en")


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
