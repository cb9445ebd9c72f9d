"""An export holds the badge and all that is private; leaving for good takes both away."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from forum.members import erasure, export, pseudonyms
from forum.members.models import PlannedRemoval, VaultRow
from forum.storage.clock import now
from forum.storage.database import db
from forum.storage.types import new_id
from forum.training.models import Badge
from tests.people import Person
from tests.training.steps import supporter


def fill(person: Person) -> None:
    typed = {"name": "Sleep before midnight", "step": "Phone away", "form_key": new_id()}
    person.browser.post("/goals", data=typed)
    person.browser.post("/check-in", data={"emotional": "4", "note": "A long day", "form_key": new_id()})
    person.browser.post("/check-in/early-signs", data={"sign-1": "Singing stops"})
    person.browser.post("/check-in/drop", data={"own": "The newsletter"})


def test_an_export_holds_the_badge_and_everything_private(app: Flask) -> None:
    ana = supporter(app)
    fill(ana)
    found = export.of_member(ana.vault, now())
    assert [one["name"] for one in found["badge"]] == ["Quiet Heron"]
    text = json.dumps(found, ensure_ascii=False, default=str)
    for kept in ("Sleep before midnight", "Phone away", "A long day", "Singing stops", "The newsletter"):
        assert kept in text
    assert set(found["kept about single things"]["training"]) >= {"hope", "crisis"}
    assert export.of_member(Person(app).vault, now())["badge"] == []


@pytest.mark.parametrize(("how", "badges", "planned"), [("now", 0, 0), ("spread", 1, 1), ("keep", 1, 0)])
def test_leaving_takes_the_vault_and_the_badge_as_chosen(
    app: Flask, how: erasure.How, badges: int, planned: int
) -> None:
    ana = supporter(app)
    fill(ana)
    (heron,) = [own.id for own in pseudonyms.ring(ana.vault)]
    others = db.session.scalar(db.select(db.func.count()).select_from(VaultRow))
    db.session.rollback()
    erasure.erase(ana.member_id, ana.vault, b"", how, now())
    assert pseudonyms.ring(ana.vault) == []
    assert db.session.scalar(db.select(db.func.count()).select_from(VaultRow)) < others
    assert len(db.session.scalars(db.select(Badge)).all()) == badges
    plans = db.session.scalars(db.select(PlannedRemoval.object_id).where(PlannedRemoval.kind == "badge"))
    assert list(plans) == [heron] * planned


def test_a_planned_badge_goes_on_its_day(clock, app: Flask) -> None:
    ana = supporter(app)
    db.session.rollback()
    erasure.erase(ana.member_id, ana.vault, b"", "spread", now())
    clock.shift((erasure.SPREAD_DAYS + 1) * 86_400)
    erasure.remove_due(now())
    assert db.session.scalars(db.select(Badge)).all() == []


def test_a_restore_does_not_bring_an_erased_badge_back(app: Flask) -> None:
    ana = supporter(app)
    badge = db.session.scalars(db.select(Badge)).one()
    kept = Badge(pseudonym_id=badge.pseudonym_id, until=badge.until)
    db.session.rollback()
    erasure.erase(ana.member_id, ana.vault, b"", "now", now())
    db.session.add(kept)
    db.session.commit()
    erasure.erase_again(now())
    assert db.session.scalars(db.select(Badge)).all() == []
