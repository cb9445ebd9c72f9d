"""A copy of the database, together with both server keys, tells nothing of the private pages."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask

from forum.members import pseudonyms
from forum.members.models import VaultRow
from forum.notices.actions import tell
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.sealing import NONCE, derive
from forum.storage.settings import current_settings
from forum.storage.types import new_id
from forum.training.modules import modules
from tests import doing, factories
from tests.people import Person

CANARY = "canary-{}-ünder-the-porch"


def canary(name: str) -> str:
    return CANARY.format(name)


def write_goal(person: Person) -> None:
    typed = {"name": canary("goal"), "step": canary("step"), "before": "3", "form_key": new_id()}
    person.browser.post("/goals", data=typed)
    typed = {"hindrance": canary("if"), "answer": canary("then"), "form_key": new_id()}
    person.browser.post("/goals/1/obstacles", data=typed)


def write_celebration(person: Person) -> None:
    with writing():
        circle = factories.circle().id
    person.browser.post("/goals", data={"name": "g", "step": canary("done"), "form_key": (key := new_id())})
    person.browser.post(f"/goals/1/steps/{key}/done")
    assert person.browser.post(f"/goals/1/steps/{key}/celebrate", data={"circle": circle}).status_code == 303


def write_check_in(person: Person) -> None:
    typed = {"emotional": "10", "note": canary("note"), "form_key": new_id()}
    person.browser.post("/check-in", data=typed)


def write_signs(person: Person) -> None:
    typed = {"sign-1": canary("sign"), "who": canary("who"), "then": canary("first")}
    person.browser.post("/check-in/early-signs", data=typed)


def write_drop(person: Person) -> None:
    person.browser.post("/check-in/drop", data={"own": canary("drop")})


def write_kind_words(person: Person) -> None:
    with writing():
        heron = pseudonyms.choose(person.vault, "", "Quiet Heron").pseudonym_id
        notice = tell(heron, "thanks", day_of(now()), words=canary("thanks")).id
    person.browser.post(f"/kind-words/{notice}/keep")
    with writing():
        db.session.execute(db.text("DELETE FROM notice"))


def write_kept(person: Person) -> None:
    """Keep a thread, a name and a card of somebody else: their words are public, keeping them is not."""
    other = Person(person.browser.application)
    with writing():
        circle = factories.circle().id
    post, card = doing.open_thread(other.vault, circle), doing.card(other.vault)
    for what in ("follow", "bookmark"):
        person.browser.post(f"/t/{post.thread_id}/keep", data={"what": what, "on": "yes"})
    person.browser.post(f"/posts/{post.id}/mute")
    person.browser.post(f"/library/{card.thread_id}/save", data={"on": "yes"})


def write_draft(person: Person) -> None:
    with writing():
        circle = factories.circle().id
    typed = {"title": canary("title"), "body": canary("body"), "kind": "story", "wish": "listen"}
    person.browser.post(f"/c/{circle}/new", data={**typed, "draft_wanted": "yes", "form_key": new_id()})


def write_training(person: Person) -> None:
    right = [[answer.right for answer in one.answers].index(True) for one in modules()[0].scenarios]
    typed = {f"scenario-{place}": str(chosen) for place, chosen in enumerate(right, 1)}
    person.browser.post(f"/training/{modules()[0].id}", data=typed)


PAGES = {
    "/kept": (write_kept, ()),
    "/mine?drafts": (write_draft, ("title",)),
    "/training": (write_training, ()),
    "/goals/1": (write_goal, ("goal", "step", "if", "then")),
    "/mine": (write_celebration, ()),
    "/check-in": (write_check_in, ("note",)),
    "/check-in/early-signs": (write_signs, ("sign", "who", "first")),
    "/check-in/drop": (write_drop, ("drop",)),
    "/kind-words": (write_kind_words, ("thanks",)),
}


def copy_of(folder: Path) -> bytes:
    """Everything that a thief of the data folder carries away."""
    db.session.remove()
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def spellings(text: str) -> list[bytes]:
    raw = text.encode()
    shifted = [base64.b64encode(b"x" * shift + raw)[4:-4] for shift in range(3)]
    escaped = text.encode("ascii", "backslashreplace")
    return [raw, raw.hex().encode(), raw.hex().upper().encode(), escaped, *shifted]


@pytest.mark.parametrize("path", PAGES)
def test_a_thief_reads_nothing(app: Flask, path: str) -> None:
    write, names = PAGES[path]
    ana = Person(app)
    write(ana)
    page = ana.browser.get(path).text
    assert all(canary(name) in page for name in names), "the owner reads it"
    stolen = copy_of(current_settings().data_dir)
    assert b"vault" in stolen, "the copy is a copy"
    for needle in ("canary", "the-porch", *(canary(name) for name in names)):
        assert not [spelled for spelled in spellings(needle) if len(spelled) > 5 and spelled in stolen], (
            needle
        )


def test_the_search_would_find_what_lies_open(app: Flask) -> None:
    with writing():
        factories.circle(canary("open"))
    stolen = copy_of(current_settings().data_dir)
    assert any(spelled in stolen for spelled in spellings(canary("open")))


def test_no_row_of_anything_kept_names_what_it_is(app: Flask) -> None:
    """Ids and names of kept things stand in the public tables; beside no row of a vault may they be read."""
    ana = Person(app)
    write_kept(ana)
    page = ana.browser.get("/kept").text
    assert all(said in page for said in ("After the night shift", "Ten minutes of nothing", "Quiet Heron"))
    open_ids = {str(row) for row in db.session.scalars(db.text("SELECT thread_id FROM published_thread"))}
    rows = db.session.execute(db.select(VaultRow.address, VaultRow.sealed)).all()
    raw = b"".join(row.address + row.sealed for row in rows)
    for needle in ("After the night", "Ten minutes", "Quiet Heron", *open_ids):
        assert not [spelled for spelled in spellings(needle) if spelled in raw]


@pytest.mark.parametrize("path", PAGES)
def test_no_server_key_opens_a_vault_row(app: Flask, path: str) -> None:
    ana = Person(app)
    PAGES[path][0](ana)
    settings = current_settings()
    purposes = ("vault entries", "vault addresses", "marks", "field", "session", "recovery")
    raw = (settings.secret_key, *settings.field_keys)
    keys = [*raw, *(derive(key, purpose) for key in raw for purpose in purposes)]
    assert open_row(derive(ana.key, "vault entries")), "the member key does open what lies there"
    assert not any(open_row(key) for key in keys)


def open_row(key: bytes) -> int:
    """How many rows of the vault open under a key."""
    opened = 0
    for row in db.session.execute(db.select(VaultRow.address, VaultRow.sealed)):
        try:
            AESGCM(key).decrypt(row.sealed[:NONCE], row.sealed[NONCE:], row.address)
        except InvalidTag:
            continue
        opened += 1
    return opened


MADE_AROUND = {"circle", "pseudonym"}
OF_OTHERS = {"/kept"}
"""Pages about what somebody else published; the test of kept things counts the tables around them."""


@pytest.mark.parametrize("path", sorted(set(PAGES) - OF_OTHERS))
def test_only_the_vault_grows(app: Flask, path: str) -> None:
    ana = Person(app)
    before = counts()
    PAGES[path][0](ana)
    grown = {table for table, many in counts().items() if many != before[table]}
    assert grown - MADE_AROUND == {"vault"}


def counts() -> dict[str, int]:
    return {
        table.name: db.session.execute(db.select(db.func.count()).select_from(table)).scalar_one()
        for table in db.metadatas[None].sorted_tables
    }
