"""What every page shares: headers, CSRF, limits, errors, languages, health, metrics, logging."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings
from forum.web import checks as _checks  # noqa: F401  (registers what `doctor` looks at)
from forum.web import (
    doors,
    errors,
    form_token,
    headers,
    health,
    languages,
    limits,
    logs,
    metrics,
    page_cache,
    pages,
)

LARGEST_BODY = 256 * 1024


def init_app(app: Flask, settings: Settings) -> None:
    """Plug in what every page shares. Call it before the rooms register their pages."""
    app.secret_key = settings.secret_key
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.config["MAX_FORM_PARTS"] = 500
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    logs.configure()
    headers.init_app(app, settings)
    metrics.init_app(app)
    doors.init_app(app, settings)
    form_token.init_app(app, settings)
    languages.init_app(app)
    limits.init_app(app, settings)
    errors.init_app(app)
    health.init_app(app)
    pages.init_app(app, settings)
    page_cache.init_app(app, settings.page_cache)
