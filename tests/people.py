"""Named people with an open session of their own, made without the pages of joining."""

from __future__ import annotations

import secrets

from flask import Flask

from forum.members import sessions
from forum.members.models import Staff
from forum.members.person import cookie_name
from forum.members.vault import OpenVault
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests.browser_client import Client


class Person:
    """Somebody who is signed in: their browser, their vault, and for moderators their staff id."""

    def __init__(self, app: Flask, role: str = "", key: bytes = b"") -> None:
        """Sign a member in, with a `key` one who was here before; `role` is moderator, lead or nothing."""
        self.key = key or secrets.token_bytes(32)
        self.member_id = new_id()
        self.staff_id = new_id() if role else ""
        with writing():
            if role:
                db.session.add(
                    Staff(id=self.staff_id, member_id=self.member_id, staff_name=self.staff_id[:8], role=role)
                )
            ticket = sessions.Ticket(
                self.member_id,
                self.key.hex(),
                int(now().timestamp()),
                second=bool(role),
                staff=bool(role),
            )
            token = sessions.start(OpenVault(self.key), ticket, now())
        self.browser = Client(app, app.response_class, use_cookies=True)
        self.browser.set_cookie(cookie_name(), sessions.cookie_value(token, now()))

    @property
    def vault(self) -> OpenVault:
        """The vault as a fresh request would open it."""
        return OpenVault(self.key)
