"""What the server knows, export, and leaving for good: nothing is left out, and nothing comes back."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

import forum
from config import Settings
from forum.circles.models import Message, Post, PublishedPost, PublishedThread, Revision
from forum.members import erasure, ledger, marks, recovery
from forum.members.models import Mark, Member, MemberSession, PlannedRemoval, Staff, VaultRow
from forum.members.vault import OpenVault
from forum.notices.models import Notice
from forum.storage import backup, inventory
from forum.storage.clock import day_of, now
from forum.storage.database import Model, db, writing
from tests import doing, engines, factories
from tests.browser_client import Client
from tests.members.people import PASSPHRASE, is_signed_in, join, sign_in
from tests.members.test_account_pages import vault_of


def how_many(model: type[Model]) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


def test_the_inventory_names_every_column_and_nothing_else() -> None:
    for file in sorted(Path(forum.__file__).parent.glob("*/models.py")):
        importlib.import_module(f"forum.{file.parent.name}.models")
    there = {name: set(table.columns.keys()) for name, table in Model.metadata.tables.items()}
    listed = {name: set(table.columns) for name, table in inventory.TABLES.items()}
    assert listed == there
    classes = {kind for table in inventory.TABLES.values() for kind in table.columns.values()}
    assert classes <= set(inventory.CLASSES)


def test_no_column_leads_from_what_is_said_to_who_is_a_member() -> None:
    for name, table in Model.metadata.tables.items():
        links = [column.name for column in table.columns if "member" in column.name]
        assert links == (["member_id"] if name == "staff" else [])
        assert not [key for key in table.foreign_keys if key.column.table.name in {"member", "vault"}]


class Here:
    """Somebody who wrote, was thanked, thanked, and has something waiting and something in the vault."""

    def __init__(self, client: Client) -> None:
        join(client)
        self.client = client
        self.vault = vault_of(client)
        with writing():
            self.circle_id = factories.circle().id
        self.opening = doing.open_thread(self.vault, self.circle_id, body="Canary one sings at dawn.")
        self.reply = doing.reply(self.vault, self.opening.thread_id, "Copper Kettle", body="Canary two hums.")
        self.waiting = doing.open_thread(
            self.vault, self.circle_id, "Tidy Otter", body="Canary three waits.", waits=True
        )
        self.other = OpenVault(b"o" * 32)
        self.theirs = doing.reply(self.other, self.opening.thread_id, "Mossy Gate", body="Of somebody else.")
        with writing():
            marks.place(self.vault, "thanks", self.theirs.id)
        with writing():
            self.vault.add("goal", {"words": "Canary four is private."})

    def leave(self, how: str) -> str:
        db.session.rollback()  # an open read would keep old pages in the log of changes
        answer = self.client.post("/account/erase", data={"how": how, "passphrase": PASSPHRASE})
        assert answer.status_code == 200, answer.text
        assert not is_signed_in(self.client)
        return answer.text


def test_an_export_holds_everything_but_what_opens_doors(client: Client) -> None:
    here = Here(client)
    client.post("/account/second-factor")
    with writing():
        recovery.keep(here.vault, "HERON-CODE", "/")
    found = json.loads(client.post("/account/export", data={"form": "json"}).data)
    page = client.post("/account/export", data={"form": "page"}).text
    for words in ("Canary one", "Canary two", "Canary three", "Canary four", "Tidy Otter"):
        assert words in json.dumps(found) and words in page
    assert "session" not in found["your own lists"] and "secret" not in json.dumps(found)
    assert "HERON-CODE" not in page and "HERON-CODE" not in json.dumps(found)
    assert "Of somebody else" not in page
    assert here.circle_id in json.dumps(found["names"])


def test_the_page_of_what_is_known_counts_what_is_mine(client: Client) -> None:
    Here(client)
    page = client.get("/account/data").text
    for name in inventory.TABLES:
        assert f'id="t-{name}"' in page
    assert "yours: 3" in page.split('id="t-pseudonym"')[1].split("</section>")[0]
    assert "yours: 3" in page.split('id="t-post"')[1].split("</section>")[0]


def test_a_wrong_passphrase_or_no_choice_changes_nothing(client: Client) -> None:
    join(client)
    assert client.post("/account/erase", data={"how": "now", "passphrase": "wrong"}).status_code == 422
    assert client.post("/account/erase", data={"passphrase": PASSPHRASE}).status_code == 422
    assert is_signed_in(client) and how_many(Member) == 1


def test_leaving_now_takes_every_text_and_the_key_out_of_the_file(
    client: Client, browser: Callable[[], Client], settings: Settings
) -> None:
    here = Here(client)
    before = how_many(VaultRow)
    here.leave("now")
    assert (how_many(Member), how_many(MemberSession), how_many(Mark)) == (0, 0, 0)
    assert 0 < how_many(VaultRow) < before
    assert sign_in(browser()).status_code == 422
    assert db.session.scalars(db.select(PublishedPost.post_id)).all() == [here.theirs.id]
    left = db.session.scalars(db.select(Revision).where(Revision.sealed.is_not(None))).all()
    assert {revision.post_id for revision in left} == {here.theirs.id}
    assert set(db.session.scalars(db.select(Notice.pseudonym_id))) <= {here.theirs.pseudonym_id}
    db.session.rollback()
    stored = b"".join(path.read_bytes() for path in settings.data_dir.glob("forum.sqlite3*"))
    for canary in (b"Canary one", b"Canary two", b"Canary three", b"Canary four", b"sings", b"hums"):
        assert canary not in stored
    assert b"Of somebody else" in stored


def test_leaving_spread_over_days_removes_each_text_on_its_day(
    client: Client, clock: time_machine.Traveller
) -> None:
    here = Here(client)
    page = here.leave("spread")
    assert "14 days" in page and how_many(Member) == 0
    assert {row.object_id for row in db.session.scalars(db.select(PlannedRemoval))} >= {
        here.opening.id,
        here.reply.id,
        here.waiting.id,
    }
    assert set(PlannedRemoval.__table__.columns.keys()) == {"object_id", "kind", "day"}
    assert db.session.get(PublishedPost, here.opening.id) is not None
    waiting = db.session.scalars(db.select(Revision).where(Revision.post_id == here.waiting.id)).one()
    assert waiting.state == "withdrawn"
    days = set(db.session.scalars(db.select(PlannedRemoval.day)))
    assert min(days) > day_of(now()) and max(days) <= day_of(now()) + timedelta(days=14)
    assert erasure.remove_due(now()) == 0
    clock.shift(14 * 86_400)
    assert erasure.remove_due(now()) > 0
    assert db.session.scalars(db.select(PublishedPost.post_id)).all() == [here.theirs.id]
    assert how_many(PublishedThread) == 0
    assert how_many(PlannedRemoval) == 0


def test_leaving_texts_behind_drops_only_the_key(client: Client) -> None:
    here = Here(client)
    here.leave("keep")
    shown = set(db.session.scalars(db.select(PublishedPost.post_id)))
    assert shown == {here.opening.id, here.reply.id, here.theirs.id}
    assert how_many(Member) == 0 and here.vault.everything() == ({}, {})


def test_a_moderator_who_leaves_keeps_a_name_in_the_log_and_no_member(app: Flask, client: Client) -> None:
    join(client)
    path = app.test_cli_runner().invoke(args=["kindred", "moderator-invite"]).output.strip()
    client.post(path, data={"staff_name": "Kestrel"})
    client.post("/account/erase", data={"how": "now", "passphrase": PASSPHRASE})
    row = db.session.scalars(db.select(Staff)).one()
    assert (row.staff_name, row.member_id) == ("Kestrel", None)


def test_the_ledger_holds_sorted_hashes_and_nothing_else(client: Client, settings: Settings) -> None:
    here = Here(client)
    member_id = db.session.scalars(db.select(Member.id)).one()
    here.leave("now")
    lines = settings.erasure_ledger.read_text().splitlines()
    assert lines == sorted(set(lines)) and all(len(line) == 64 for line in lines)
    assert settings.erasure_ledger.stat().st_mode & 0o077 == 0
    assert ledger.gone([member_id, here.theirs.id, here.opening.id]) == [member_id, here.opening.id]


def test_a_restored_backup_does_not_bring_anybody_back(
    client: Client, settings: Settings, prepared_sqlite: Path, tmp_path: Path
) -> None:
    here = Here(client)
    copy = tmp_path / "copy.backup"
    backup.take(settings, copy)
    here.leave("now")
    db.session.remove()
    db.engine.dispose()
    for file in settings.data_dir.glob("forum.sqlite3*"):
        file.unlink()
    engines.copy_sqlite(prepared_sqlite, settings.data_dir)
    backup.restore(settings, copy)
    assert (how_many(Member), how_many(MemberSession), how_many(Mark)) == (0, 0, 0)
    assert db.session.scalars(db.select(PublishedPost.post_id)).all() == [here.theirs.id]
    assert here.vault.everything() == ({}, {})


def test_words_with_moderators_go_too(client: Client) -> None:
    here = Here(client)
    key = {"form_key": "w" * 22, "words": "Canary five asks.", "body": "Canary five asks."}
    client.post(f"/mine/{here.waiting.id}/write", data=key)
    here.leave("now")
    assert how_many(Message) == 0
    assert how_many(Post) == 4


@pytest.mark.postgres
def test_rows_written_together_look_alike_after_a_night(postgres_app: Flask) -> None:
    with writing():
        circle_id = factories.circle().id
    for who in range(6):
        doing.open_thread(OpenVault(bytes([who]) * 32), circle_id, f"Name number {who}", waits=True)
    together = db.text("SELECT count(DISTINCT xmin::text) FROM vault")
    in_order = db.text(
        "SELECT array_agg(address ORDER BY ctid) = array_agg(address ORDER BY address) FROM vault"
    )
    assert (db.session.scalar(together) or 0) > 1
    erasure.rewrite_in_random_order()
    assert db.session.scalar(together) == 1 and db.session.scalar(in_order)
