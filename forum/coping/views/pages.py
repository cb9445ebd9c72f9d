"""Pages without anything personal: myths and facts, other kinds of help, a poster."""

from __future__ import annotations

import io
import tomllib
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import segno
from flask import Blueprint, Response, render_template, request
from markdown_it import MarkdownIt
from markupsafe import Markup

from forum.storage.settings import current_settings
from forum.text.render import as_markup, render
from forum.web.access import visitors

pages = Blueprint("coping_pages", __name__)

HERE = Path(__file__).parent.parent
QR_SCALE = 8


@pages.get("/myths")
@visitors
def myths() -> str:
    """What people say about burnout and mental health, and what is so."""
    return render_template("coping/myths.html", myths=_myths())


@pages.get("/other-help")
@visitors
def other_help() -> str:
    """Other kinds of help, beside which peers stand and which they never replace."""
    return render_template("coping/other_help.html", words=_other_help())


@pages.get("/poster")
@visitors
def poster() -> str:
    """A page to print and pin to a wall."""
    return render_template("coping/poster.html", address=_address())


@pages.get("/poster/qr.png")
@visitors
def poster_code() -> Response:
    """The site's address as a QR code. It is the same for everybody and holds no identifier."""
    image = io.BytesIO()
    segno.make(_address(), error="m").save(image, kind="png", scale=QR_SCALE, border=4)
    return Response(image.getvalue(), mimetype="image/png")


def _address() -> str:
    """The front page, without anything behind it."""
    host = current_settings().site_host.split(",")[0].strip()
    return f"https://{host}/" if host else request.host_url


@cache
def _myths() -> tuple[SimpleNamespace, ...]:
    found = tomllib.loads((HERE / "myths.toml").read_text(encoding="utf-8"))["card"]
    return tuple(
        SimpleNamespace(
            id=one["id"], myth=one["myth"], fact=one["fact"], more=as_markup(render(one["more"]).html)
        )
        for one in found
    )


@cache
def _other_help() -> Markup:
    """The page as it comes with the program; unlike members' texts it may lead to pages of this site."""
    source = (HERE / "other_help.md").read_text(encoding="utf-8")
    return as_markup(MarkdownIt("commonmark", {"html": False}).render(source))
