"""The headers that every answer carries, errors included."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY = "; ".join(
    (
        "default-src 'none'",
        "media-src 'self'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-DNS-Prefetch-Control": "off",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
YEAR = 365 * 24 * 3600
TRANSPORT = f"max-age={YEAR}; includeSubDomains"


def init_app(app: Flask, settings: Settings) -> None:
    """Put the headers on every answer, and a version into the address of every static file."""
    secure = settings.production and not settings.onion_door
    always = {**ALWAYS, "Strict-Transport-Security": TRANSPORT} if secure else ALWAYS
    app.wsgi_app = Always(app.wsgi_app, always)  # type: ignore[method-assign]
    app.after_request(_say_how_long)
    app.jinja_env.globals["asset"] = lru_cache(lambda name: _address_of(app, name))


class Always:
    """Puts the same headers on whatever the program answers, at less cost than after each request."""

    def __init__(self, program: WSGIApplication, headers: dict[str, str]) -> None:
        """`program` is what answers, `headers` go with each of its answers."""
        self._program = program
        self._headers = list(headers.items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The program's answer, with the headers."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, headers + self._headers, exc_info)

        return self._program(environ, start)


def _say_how_long(response: Response) -> Response:
    """Static files rest in the browser under their version; nothing that was made for a person does."""
    response.headers["Cache-Control"] = "no-store"
    if request.endpoint == "static" and response.status_code < 400:
        lasting = f"public, max-age={YEAR}, immutable"
        response.headers["Cache-Control"] = lasting if request.args.get("v") else "no-cache"
    return response


def _address_of(app: Flask, name: str) -> str:
    """The address of a static file, with a version of what it holds. Files change with the program only."""
    file = Path(str(app.static_folder)) / name
    return f"{app.static_url_path}/{name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
