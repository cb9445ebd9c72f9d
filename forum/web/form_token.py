"""Every form carries a token that only pages of this site could have given out.

The token lives as long as the browser: people write slowly, and Tor is slow. Flask's own session holds
nothing but this token and the one line that the next page says ("Your draft is kept"). It lies sealed in its
cookie, in one size for nearly all lines, so that who holds the device reads nothing out of it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, session_json_serializer
from flask_wtf import CSRFProtect
from itsdangerous import BadSignature

from config import Settings
from forum.storage.sealing import CannotOpen, derive, seal, unseal

View = TypeVar("View", bound=Callable[..., object])
protection = CSRFProtect()
PLACE = b"form cookie"
SIZE_STEP = 256


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
    """Flask's session, sealed, and opened only where there is a cookie to open."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the cookie, or an empty one."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def get_signing_serializer(self, app: Flask) -> Sealed:  # type: ignore[override]
        """What turns a session into a cookie and back."""
        return Sealed(derive(app.config["SECRET_KEY"], "form cookie"))


class Sealed:
    """A session as sealed text of few sizes."""

    def __init__(self, key: bytes) -> None:
        """Under this key."""
        self._key = key

    def dumps(self, held: dict[str, Any]) -> str:
        """The text for a cookie."""
        plain = session_json_serializer.dumps(held).encode()
        padded = plain.ljust(-(-len(plain) // SIZE_STEP) * SIZE_STEP)
        return base64.urlsafe_b64encode(seal(self._key, padded, PLACE)).decode()

    def loads(self, value: str, max_age: int | None = None) -> Any:
        """What was held. Raises `BadSignature` for what this server did not seal."""
        try:
            plain = unseal(self._key, base64.urlsafe_b64decode(value), PLACE)
        except (CannotOpen, binascii.Error, ValueError) as error:
            raise BadSignature("not sealed here") from error
        return session_json_serializer.loads(plain.decode())


def needs_no_token(view: View) -> View:
    """Let a view be posted to without a token. Only `Leave this site` may use it; a guard test holds that."""
    protection.exempt(view)
    return view


def exempt_views() -> frozenset[str]:
    """The dotted names of the views that need no token."""
    return frozenset(protection._exempt_views)
