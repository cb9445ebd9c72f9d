"""A text that is on its way while its author leaves for good: taken back or refused, never left to nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from forum.circles.actions import NotTaken
from forum.circles.models import Post, Revision
from forum.circles.views import writing as writing_views
from forum.members import erasure, registry, sessions
from forum.members.models import PlannedRemoval, Pseudonym, VaultRow
from forum.members.vault import OpenVault, SessionOver
from forum.storage.clock import now
from forum.storage.database import Model, db, writing
from forum.storage.types import new_id
from tests import doing, factories
from tests.members.test_vault import in_tabs
from tests.people import Person

KEY = b"somebody who is about to leave !"


def sign_in() -> tuple[bytes, OpenVault]:
    """A session of the person, and the vault as a request of it opens it."""
    ticket = sessions.Ticket(new_id(), KEY.hex(), int(now().timestamp()))
    with writing():
        token = sessions.start(OpenVault(KEY), ticket, now())
    return sessions.hash_of(token), OpenVault(KEY, sessions.hash_of(token))


def how_many(model: type[Model]) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


def leave(session: bytes, how: erasure.How = "keep") -> None:
    erasure.erase(new_id(), OpenVault(KEY, session), session, how, now())


@pytest.mark.parametrize("same_session", [True, False])
def test_what_comes_after_the_key_is_gone_is_refused_and_leaves_nothing(
    engine_app: Flask, same_session: bool
) -> None:
    with writing():
        circle_id = factories.circle().id
    session, vault = sign_in()
    late = vault if same_session else sign_in()[1]
    leave(session)
    with pytest.raises(SessionOver):
        doing.open_thread(late, circle_id, waits=True)
    with pytest.raises(SessionOver), writing():
        late.add("goal", {"words": "too late"})
    with pytest.raises(SessionOver), writing():
        late.put_about("settings", "country", {"code": "de"})
    assert [how_many(model) for model in (Post, Revision, Pseudonym, VaultRow)] == [0, 0, 0, 0]


def test_what_comes_before_is_taken_back(engine_app: Flask) -> None:
    with writing():
        circle_id = factories.circle().id
    session, vault = sign_in()
    doing.open_thread(vault, circle_id, waits=True)
    leave(session)
    assert db.session.scalars(db.select(Revision.state)).all() == ["withdrawn"]
    assert how_many(VaultRow) == 0


def test_each_text_is_taken_back_by_itself_and_a_crash_goes_on(
    engine_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No commit ends two texts of one person, so nothing in the database's own bookkeeping ties them."""
    with writing():
        circle_id = factories.circle().id
    session, vault = sign_in()
    for turn in range(4):
        doing.open_thread(vault, circle_id, f"Name {turn}", waits=True)
    ended: list[int] = []
    withdrawn = db.select(db.func.count()).select_from(Revision).where(Revision.state == "withdrawn")

    def look(looked: Session) -> None:
        ended.append(looked.connection().scalar(withdrawn) or 0)

    forget = erasure._forget
    event.listen(db.session, "before_commit", look)
    monkeypatch.setattr(erasure, "_forget", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        leave(session, "spread")
    event.remove(db.session, "before_commit", look)
    assert [count for count in ended if count][:4] == [1, 2, 3, 4], ended
    planned = {row.object_id: row.day for row in db.session.scalars(db.select(PlannedRemoval))}
    assert how_many(VaultRow) > 0 and len(planned) == 4
    monkeypatch.setattr(erasure, "_forget", forget)
    leave(session, "spread")
    assert how_many(VaultRow) == 0
    assert planned == {row.object_id: row.day for row in db.session.scalars(db.select(PlannedRemoval))}


def test_texts_are_taken_back_in_no_order(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = registry.texts["post"]
    taken: list[str] = []
    seen = replace(kind, waiting=lambda _vault: list("abcdefghijkl"), listed=lambda _vault: [])
    seen = replace(seen, end_waiting=lambda _vault, one, _now: taken.append(one))
    monkeypatch.setitem(registry.texts, "post", seen)
    orders = set()
    for _turn in range(3):
        taken.clear()
        leave(sign_in()[0])
        orders.add("".join(taken))
    assert len(orders) == 3
    assert {"".join(sorted(one)) for one in orders} == {"abcdefghijkl"}


@pytest.mark.parametrize("how", erasure.HOWS)
def test_whatever_is_on_its_way_while_somebody_leaves_ends(engine_app: Flask, how: erasure.How) -> None:
    with writing():
        circle_id = factories.circle().id
    session, _vault = sign_in()
    others = [sign_in()[0] for _tab in range(2)]
    start = threading.Barrier(4)
    taken: list[str] = []
    refused: list[int] = []

    def act(tab: int) -> None:
        start.wait(30)
        if tab == 3:
            leave(session, how)
            return
        opened_by = (session, *others)[tab]
        for turn in range(4):
            try:
                name = f"Name {tab} {turn}"
                taken.append(doing.open_thread(OpenVault(KEY, opened_by), circle_id, name, waits=True).id)
            except (SessionOver, NotTaken):  # too late, or five wait already
                refused.append(tab)

    assert in_tabs(engine_app, 4, act) == []
    assert len(taken) + len(refused) == 12
    waiting = db.session.scalars(db.select(Revision.state).where(Revision.state != "withdrawn")).all()
    assert waiting == [], "a text that nobody owns"
    assert how_many(VaultRow) == 0
    with pytest.raises(SessionOver):
        doing.open_thread(OpenVault(KEY, session), circle_id, "Name after", waits=True)


def test_a_form_that_comes_too_late_is_shown_back_whole(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing():
        circle_id = factories.circle().id
    person = Person(app)
    known: Callable[[str], object] = writing_views.sender_of

    def meanwhile(form_key: str) -> object:
        sender = known(form_key)
        with writing():
            sessions.end_all(OpenVault(person.key))
        return sender

    monkeypatch.setattr(writing_views, "sender_of", meanwhile)
    form = {
        "kind": "story",
        "wish": "advice",
        "title": "After the shift",
        "body": "It was long, and I wrote it down.",
        "pseudonym": "Brand New",
        "form_key": "k" * 22,
    }
    answer = person.browser.post(f"/c/{circle_id}/new", data=form)
    assert answer.status_code == 401
    assert "It was long, and I wrote it down." in answer.text and 'name="kept.body"' in answer.text
    assert how_many(Post) == 0
