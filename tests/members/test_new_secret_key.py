"""A new secret key: who is known under the old one gets in while it is listed, and moves to the new one."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from flask import Flask

from config import Settings, UnsafeSetting, read_settings
from forum.circles import invitations
from forum.members import doors, ledger
from forum.members.models import Member
from forum.members.vault import OpenVault
from forum.moderation import log
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from forum.storage.settings import current_settings
from forum.storage.types import new_id
from forum.web.health import findings
from tests import factories
from tests.browser_client import Client
from tests.members.people import join, join_form, sign_in

FRESH = "copper tundra violin basket onion grove"


def change_key(app: Flask, *older: bytes) -> bytes:
    """Put a new key in front, with some older ones listed after it."""
    new = secrets.token_bytes(32)
    changed = current_settings().with_changes(secret_key=new, older_secret_keys=older)
    app.extensions["kindred.settings"] = changed
    return new


def test_a_member_moves_to_the_new_key_and_needs_the_old_one_no_more(
    app: Flask, settings: Settings, client: Client, browser: Callable[[], Client]
) -> None:
    join(client)
    new = change_key(app, settings.secret_key)
    assert sign_in(browser(), passphrase="not the right passphrase").status_code == 422
    assert sign_in(browser(), "nobody here").status_code == 422
    assert sign_in(browser()).status_code == 303
    app.extensions["kindred.settings"] = current_settings().with_changes(older_secret_keys=())
    assert current_settings().secret_key == new
    assert sign_in(browser()).status_code == 303
    assert db.session.scalar(db.select(db.func.count()).select_from(Member)) == 1


def test_a_name_under_the_old_key_cannot_be_taken_by_somebody_else(
    app: Flask, settings: Settings, client: Client, browser: Callable[[], Client]
) -> None:
    join(client)
    change_key(app, settings.secret_key)
    other = browser()
    assert other.post("/join", data=join_form(other)).status_code == 422


def test_without_the_old_key_only_the_recovery_code_leads_back(
    app: Flask, client: Client, browser: Callable[[], Client]
) -> None:
    code = join(client)
    change_key(app)
    assert sign_in(browser()).status_code == 422
    back = {"recovery_code": code, "passphrase": FRESH, "sign_in_name": "night shift"}
    assert browser().post("/recover", data=back).status_code == 303
    assert sign_in(browser(), passphrase=FRESH).status_code == 303


def test_codes_the_ledger_and_the_log_go_on(app: Flask, settings: Settings) -> None:
    with writing():
        invite = doors.new_invite("member", now())
        circle_id = factories.circle(audience="invited").id
        code = invitations.new_code(circle_id, day_of(now()))
        log.append(new_id(), "publish", "review", new_id(), day_of(now()))
    ledger.remember(["g" * 22])
    change_key(app, settings.secret_key)
    with writing():
        assert doors.redeem(invite, ("member",), now()) == "member"
        assert invitations.enter(OpenVault(b"k" * 32), code, day_of(now())) == circle_id
        log.append(new_id(), "publish", "review", new_id(), day_of(now()))
    assert ledger.gone(["g" * 22, "h" * 22]) == ["g" * 22]
    assert log.verify(settings.anchor_file) is None


def test_doctor_names_a_key_that_was_changed_without_the_old_one(app: Flask, settings: Settings) -> None:
    with writing():
        log.append(new_id(), "publish", "review", new_id(), day_of(now()))
    found = {one.name: one for one in findings(everything=True)}
    assert found["secret key"].good
    change_key(app)
    found = {one.name: one for one in findings(everything=True)}
    assert not found["secret key"].good and "old one" in found["secret key"].words
    change_key(app, settings.secret_key)
    assert {one.name: one.good for one in findings(everything=True)}["secret key"]


def test_both_keys_may_list_older_ones_but_never_share_one(production: Settings) -> None:
    keys = [secrets.token_urlsafe(32) for _ in range(3)]
    site = {
        "KINDRED_PRODUCTION": "1",
        "SITE_HOST": "kindred.example",
        "DATA_DIR": str(production.data_dir),
        "SECRET_KEY": f"{keys[0]}, {keys[1]}",
        "FIELD_KEY": keys[2],
    }
    assert len(read_settings(site).older_secret_keys) == 1
    with pytest.raises(UnsafeSetting, match="FIELD_KEY"):
        read_settings({**site, "FIELD_KEY": f"{keys[2]},{keys[1]}"})
