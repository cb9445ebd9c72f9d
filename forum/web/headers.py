"""The headers that every answer carries, errors included."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from config import Settings

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

    def finish(response: Response) -> Response:
        response.headers.extend(always)
        response.headers["Cache-Control"] = _caching(response)
        return response

    app.after_request(finish)
    app.url_defaults(lambda endpoint, values: _add_version(app, endpoint, values))


def _caching(response: Response) -> str:
    """Static files rest in the browser under their version; nothing that was made for a person does."""
    if request.endpoint != "static" or response.status_code >= 400:
        return "no-store"
    if request.args.get("v"):
        return f"public, max-age={YEAR}, immutable"
    return "no-cache"


def _add_version(app: Flask, endpoint: str, values: dict[str, Any]) -> None:
    if endpoint != "static" or "v" in values or not app.static_folder:
        return
    file = Path(app.static_folder) / str(values.get("filename", ""))
    if file.is_file():
        values["v"] = _version(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _version(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
