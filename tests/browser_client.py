"""A browser without scripts for tests of pages: it sends the form token as a page's hidden field would."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from forum.storage.database import db

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


class Client(FlaskClient):
    """Flask's test client with the form token sent along. `csrf=False` leaves it out."""

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        """Send one request."""
        data = kwargs.get("data")
        unsafe = kwargs.get("method", "GET").upper() in UNSAFE
        if unsafe and csrf and "json" not in kwargs and (data is None or isinstance(data, dict)):
            kwargs["data"] = {"csrf_token": self.form_token(), **(data or {})}
        kwargs.setdefault("buffered", True)  # read to the end, so that a static file is closed
        with self.application.app_context():  # each request gets its own `g` and its own database session
            answer = super().open(*args, **kwargs)
        if has_app_context():
            db.session.rollback()  # what the test read before may have changed
        return answer

    def form_token(self) -> str:
        """The token that a form on a page of this browser would carry."""
        with self.session_transaction() as form_session:
            raw = form_session.setdefault("csrf_token", hashlib.sha1(os.urandom(64)).hexdigest())
        key = self.application.config.get("WTF_CSRF_SECRET_KEY") or self.application.secret_key
        return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw))
