"""The page that somebody asked for before they were led elsewhere: to sign in, or away from this site.

It travels sealed, in a cookie or a hidden field, and for half an hour only: no address of a page stands in a
URL, in the browser's history, or readable in its store of cookies. Whatever comes back is taken only where it
is a page of this site.
"""

from __future__ import annotations

import base64
import binascii

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from forum.storage.clock import now
from forum.storage.sealing import CannotOpen, seal, unseal
from forum.storage.settings import lasting_key

SECONDS = 30 * 60
LONGEST = 300
PLACE = b"asked"


def this_page() -> str | None:
    """The page of this request, if it is one that a link could lead to."""
    path = request.full_path if request.query_string else request.path
    return path if request.method == "GET" and is_page(path) else None


def is_page(path: str) -> bool:
    """Whether a path is a page of this site and nothing else: no other host, no file, no unknown address."""
    plain = path.isascii() and path.isprintable() and "\\" not in path and len(path) <= LONGEST
    if not plain or not path.startswith("/") or path.startswith("//"):
        return False
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint, _values = adapter.match(path.partition("?")[0], method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    return bool(endpoint != "static")


def sealed(path: str) -> str:
    """A path as it may travel through a browser."""
    plain = int(now().timestamp()).to_bytes(8, "big") + path.encode()
    return base64.urlsafe_b64encode(seal(lasting_key("asked"), plain, PLACE)).decode()


def opened(token: str) -> str | None:
    """The path that was sealed, if that was by this server, in the last half hour, and it still is a page."""
    try:
        plain = unseal(lasting_key("asked"), base64.urlsafe_b64decode(token), PLACE)
    except (CannotOpen, binascii.Error, ValueError):
        return None
    age = now().timestamp() - int.from_bytes(plain[:8], "big")
    path = plain[8:].decode()
    return path if 0 <= age <= SECONDS and is_page(path) else None


def remember(response: Response, path: str | None) -> None:
    """Let the browser keep a page to come back to."""
    if path is not None:
        name, secure = _cookie()
        response.set_cookie(
            name, sealed(path), max_age=SECONDS, secure=secure, httponly=True, samesite="Lax", path="/"
        )


def recalled() -> str | None:
    """The page that this browser kept, or None."""
    name, _secure = _cookie()
    return opened(request.cookies.get(name, ""))


def forget(response: Response) -> None:
    """Take the kept page out of the browser."""
    name, secure = _cookie()
    if name in request.cookies:
        response.delete_cookie(name, secure=secure, httponly=True, samesite="Lax", path="/")


def _cookie() -> tuple[str, bool]:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    return ("__Host-asked" if secure else "asked"), secure
