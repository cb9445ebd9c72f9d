"""Commands for operators: a code for a circle, the index made anew."""

from __future__ import annotations

import secrets

from forum.circles import invitations
from forum.circles.cli import circle_code, reindex
from forum.members.vault import OpenVault
from forum.search import index
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from tests import doing, factories


def test_a_printed_code_opens_the_circle(app):
    with writing():
        circle_id = factories.circle("Night staff", audience="invited").id
    printed = app.test_cli_runner().invoke(circle_code, ["Night staff"])
    assert printed.exit_code == 0
    with writing():
        vault = OpenVault(secrets.token_bytes(32))
        assert invitations.enter(vault, printed.output.strip(), day_of(now())) == circle_id


def test_a_circle_without_codes_says_so(app):
    refused = app.test_cli_runner().invoke(circle_code, ["Nowhere"])
    assert refused.exit_code == 1
    assert "no circle by invitation" in refused.output


def test_a_lost_index_is_made_anew(app):
    with writing():
        circle_id = factories.circle().id
    doing.open_thread(OpenVault(secrets.token_bytes(32)), circle_id, body="quetzal")
    with writing():
        index.fill(db.session.connection(), [])
    assert index.find("quetzal", [circle_id]) == []
    assert app.test_cli_runner().invoke(reindex).output == "1 posts can be found.\n"
    assert len(index.find("quetzal", [circle_id])) == 1
