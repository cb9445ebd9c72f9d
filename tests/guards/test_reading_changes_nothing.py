"""Looking around changes no row, whoever looks: every address and every link, for each role."""

from __future__ import annotations

import hashlib
import re
from collections import deque

import pytest
from flask import Flask

from forum.storage import rows
from forum.storage.database import db, writing
from tests import factories
from tests.guards.people_of_every_role import browsers
from tests.guards.walk import ROLES, doors

LINK = re.compile(r'href="(/[^"#?]*)')
MOST = 200


def _fingerprint() -> dict[str, str]:
    db.session.rollback()
    found = {}
    with db.engine.connect() as connection:
        for table in rows.tables():
            digest = hashlib.sha256()
            for batch in rows.read(connection, table):
                digest.update("\n".join(map(rows.to_line, batch)).encode())
            found[table.name] = digest.hexdigest()
    return found


def _forum() -> None:
    with writing():
        for audience in ("everyone", "members"):
            circle = factories.circle(audience=audience)
            factories.published_thread(circle, replies=3)
            thread = factories.thread(circle)
            post = factories.post(thread, is_opening=True)
            revision = factories.revision(post)
            factories.screening(revision)
            factories.review(revision, post, thread)


@pytest.mark.parametrize("role", ROLES)
def test_looking_around_changes_no_row(app: Flask, role: str) -> None:
    _forum()
    browser = browsers(app)[role]
    before = _fingerprint()
    waiting = deque(["/", *(door.path for door in doors(app) if door.method == "GET")])
    seen: set[str] = set()
    while waiting and len(seen) < MOST:
        path = waiting.popleft()
        if path in seen or path.startswith("/static"):
            continue
        seen.add(path)
        answer = browser.get(path)
        assert answer.status_code < 500, path
        if answer.mimetype == "text/html":
            waiting.extend(LINK.findall(answer.text))
    assert any(path.startswith("/t/") for path in seen)
    after = _fingerprint()
    assert [name for name in before if before[name] != after[name]] == []
