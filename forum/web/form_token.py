"""Every form carries a token that only pages of this site could have given out.

The token lives as long as the browser: people write slowly, and Tor is slow. Flask's own session holds
nothing but this token.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf import CSRFProtect

from config import Settings

View = TypeVar("View", bound=Callable[..., object])
protection = CSRFProtect()


def init_app(app: Flask, settings: Settings) -> None:
    """Demand the token with every unsafe request."""
    secure = settings.production and not settings.onion_door
    app.config.update(
        SESSION_COOKIE_NAME="__Host-form" if secure else "form",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,
        # Pages send no referrer, so the library's referrer check would refuse every form over TLS. The
        # door refuses foreign origins by Sec-Fetch-Site instead.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = TokenCookie()
    protection.init_app(app)


class TokenCookie(SecureCookieSessionInterface):
    """Flask's session, opened only where there is a cookie to open."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the cookie, or an empty one."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def needs_no_token(view: View) -> View:
    """Let a view be posted to without a token. Only `Leave this site` may use it; a guard test holds that."""
    protection.exempt(view)
    return view


def exempt_views() -> frozenset[str]:
    """The dotted names of the views that need no token."""
    return frozenset(protection._exempt_views)
