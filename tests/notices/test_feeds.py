"""Atom feeds of public circles hold published text only, and days only."""

from __future__ import annotations

import secrets
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from forum.circles.models import Revision
from forum.circles.publishing import take_down
from forum.content import content_notes
from forum.members.vault import OpenVault
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from tests import doing, factories

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client, circle_id: str) -> list[str]:
    answer = client.get(f"/c/{circle_id}/feed")
    assert answer.mimetype == "application/atom+xml"
    root = ElementTree.fromstring(answer.data)
    assert root.find(f"{ATOM}updated").text.endswith("T00:00:00Z")
    return [entry.find(f"{ATOM}title").text for entry in root.findall(f"{ATOM}entry")]


def test_a_feed_follows_what_is_published(app, client, count_statements):
    vault = OpenVault(secrets.token_bytes(32))
    with writing():
        circle_id = factories.circle("A <b> & c").id
    assert entries(client, circle_id) == []
    doing.open_thread(vault, circle_id, title="Waits", waits=True)
    post = doing.open_thread(
        vault, circle_id, title="Reads <i>", body="]]> & so on", note=content_notes()[0].id
    )
    assert entries(client, circle_id) == ["Reads <i>"]
    assert b"so on" not in client.get(f"/c/{circle_id}/feed").data, "behind its content note"
    with count_statements() as ran:
        client.get(f"/c/{circle_id}/feed")
    assert len(ran) == 2
    with writing():
        revision = db.session.scalars(select(Revision).where(Revision.post_id == post.id)).one()
        take_down(revision, "moderator", "hide", day_of(now()))
    assert entries(client, circle_id) == []


@pytest.mark.parametrize("audience", ["members", "invited", "library"])
def test_only_public_circles_have_a_feed(app, client, audience):
    with writing():
        circle_id = factories.circle(audience=audience).id
    assert client.get(f"/c/{circle_id}/feed").status_code == 404
    assert client.get(f"/c/{circle_id}").status_code == 404
