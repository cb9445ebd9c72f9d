"""Which requests come in at all: the right host, the right origin, a body of bearable size."""

from __future__ import annotations

import ipaddress

from flask import Flask, abort, request

from config import Settings
from forum.storage.settings import current_settings

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
FOREIGN = frozenset({"cross-site", "same-site"})
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


def init_app(app: Flask, settings: Settings) -> None:
    """Check every request before anything else looks at it."""
    hosts = frozenset(name.strip().lower() for name in settings.site_host.split(",") if name.strip())

    def check() -> None:
        if settings.production and not (host_name() in hosts or is_on_this_machine()):
            abort(400)
        if request.method in UNSAFE and request.headers.get("Sec-Fetch-Site") in FOREIGN:
            abort(403)
        largest = app.config["MAX_CONTENT_LENGTH"]
        if request.content_length is not None and request.content_length > largest:
            abort(413)

    app.before_request(check)


def host_name() -> str:
    """The host that the browser asked for, without its port, in small letters."""
    host = request.host.lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def is_on_this_machine() -> bool:
    """Whether somebody on this very machine asks, directly and not through a proxy or an onion service.

    A proxy names the caller in a header, and an onion service asks for its own host, so both fail here
    although they connect from the loopback address. Where an onion service stands in front, nobody is
    believed: it connects from here as well, and the host is what its caller says.
    """
    if current_settings().onion_door:
        return False
    if any(name in request.headers for name in FORWARDED) or host_name() not in LOOPBACK_HOSTS:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
