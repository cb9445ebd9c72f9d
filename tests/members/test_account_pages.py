"""One's account by its pages: names, sessions, passphrase, codes, second factor, settings, invites, roles."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest
import time_machine
from flask import Flask

from forum.members import doors, pseudonyms, sanctions, second_factor, sessions, tasks
from forum.members.models import Invite, Member, MemberSession, Sanction, Staff
from forum.members.vault import OpenVault
from forum.moderation.models import StagedEntry
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from tests.browser_client import Client
from tests.members.people import PASSPHRASE, is_signed_in, join, shown_code, sign_in
from tests.people import Person

FRESH = "copper tundra violin basket onion grove"


def vault_of(client: Client) -> OpenVault:
    """The vault of who is signed in with a browser, as a request opens it."""
    cookie = client.get_cookie("kindred")
    read = sessions.read_cookie(cookie.value if cookie else "")
    session = sessions.find(read[0], now(), now()) if read else None
    assert session is not None
    return OpenVault(session.ticket.key)


def secret_of(client: Client) -> str:
    client.post("/account/second-factor")
    found = re.search(r'<p class="code">([A-Z2-7 ]+)</p>', client.get("/account/second-factor").text)
    assert found
    return found.group(1).replace(" ", "")


def set_factor(client: Client) -> tuple[pyotp.TOTP, list[str]]:
    totp = pyotp.TOTP(secret_of(client))
    page = client.post("/account/second-factor/confirm", data={"code": totp.at(now())}).text
    return totp, re.findall(r'<li class="code">([A-Z0-9-]+)</li>', page)


def test_names_are_listed_and_put_away(client: Client) -> None:
    join(client)
    with writing():
        chosen = pseudonyms.choose(vault_of(client), "c" * 22, "Quiet Heron")
    assert "Quiet Heron" in client.get("/account").text
    assert client.post(f"/account/names/{chosen.pseudonym_id}/retire").status_code == 303
    assert "put away" in client.get("/account").text
    assert client.post(f"/account/names/{'x' * 22}/retire").status_code == 404
    with pytest.raises(pseudonyms.NameRefused), writing():
        pseudonyms.choose(vault_of(client), "c" * 22, "quiet heron")


def test_one_session_can_end_another_and_all(client: Client, browser: Callable[[], Client]) -> None:
    join(client)
    second, third = browser(), browser()
    sign_in(second)
    sign_in(third)
    places = re.findall(r"/account/sessions/(\d+)/end", client.get("/account").text)
    assert len(places) == 2
    client.post(f"/account/sessions/{places[0]}/end")
    assert [is_signed_in(one) for one in (second, third)].count(True) == 1
    assert client.post("/account/sign-out-everywhere").status_code == 303
    assert not any(is_signed_in(one) for one in (client, second, third))
    assert db.session.scalars(db.select(MemberSession)).all() == []


def test_the_list_of_sessions_does_not_grow(client: Client) -> None:
    join(client)
    for _turn in range(5):
        client.post("/sign-out")
        sign_in(client)
    assert client.get("/account").text.count("Since today") == 1


def test_a_new_passphrase_changes_one_row_and_ends_other_sessions(
    client: Client, browser: Callable[[], Client]
) -> None:
    join(client)
    other = browser()
    sign_in(other)
    before = db.session.execute(db.select(Member.id, Member.recovery_key)).one()
    wrong = client.post("/account/passphrase", data={"present": "not it at all", "passphrase": FRESH})
    weak = client.post("/account/passphrase", data={"present": PASSPHRASE, "passphrase": "passwordpassword"})
    assert (wrong.status_code, weak.status_code) == (422, 422)
    assert (
        client.post("/account/passphrase", data={"present": PASSPHRASE, "passphrase": FRESH}).status_code
        == 303
    )
    assert is_signed_in(client) and not is_signed_in(other)
    assert db.session.execute(db.select(Member.id, Member.recovery_key)).one() == before
    assert sign_in(browser()).status_code == 422
    assert sign_in(browser(), passphrase=FRESH).status_code == 303


def test_a_new_recovery_code_makes_the_old_one_worthless(
    client: Client, browser: Callable[[], Client]
) -> None:
    old = join(client)
    assert client.post("/account/recovery-code", data={"passphrase": "wrong"}).status_code == 303
    client.post("/account/recovery-code", data={"passphrase": PASSPHRASE})
    fresh = shown_code(client)
    stale = browser().post("/recover", data={"recovery_code": old, "passphrase": FRESH})
    good = browser().post("/recover", data={"recovery_code": fresh, "passphrase": FRESH})
    assert (stale.status_code, good.status_code) == (422, 303)


def test_settings_lie_in_the_vault(client: Client) -> None:
    join(client)
    client.post("/account/settings", data={"country": "de"})
    listed = re.search(r'<option value="(\w+)"', client.get("/account").text.split("none chosen")[1])
    assert listed
    client.post("/account/settings", data={"country": listed.group(1)})
    assert vault_of(client).about("settings", "country") == {"code": listed.group(1)}
    client.post("/account/settings", data={"country": "nowhere"})
    assert vault_of(client).about("settings", "country") is None


def test_the_second_factor_is_asked_for_and_no_code_works_twice(
    client: Client, browser: Callable[[], Client], clock: time_machine.Traveller
) -> None:
    join(client)
    assert client.get("/account/second-factor/picture").status_code == 404
    secret_of(client)
    picture = client.get("/account/second-factor/picture")
    assert picture.mimetype == "image/png" and picture.data.startswith(b"\x89PNG")
    assert client.post("/account/second-factor/confirm", data={"code": "000000"}).status_code == 422
    totp, codes = set_factor(client)
    assert len(codes) == second_factor.CODES
    other = browser()
    assert "One more step" in sign_in(other).text and not is_signed_in(other)
    assert other.post("/sign-in/code", data={"code": totp.at(now())}).status_code == 422
    clock.shift(30)
    good = totp.at(now())
    assert other.post("/sign-in/code", data={"code": good}).status_code == 303 and is_signed_in(other)
    third = browser()
    sign_in(third)
    assert third.post("/sign-in/code", data={"code": good}).status_code == 422
    assert third.post("/sign-in/code", data={"code": codes[0].lower()}).status_code == 303
    fourth = browser()
    sign_in(fourth)
    assert fourth.post("/sign-in/code", data={"code": codes[0]}).status_code == 422
    clock.shift(90)
    assert fourth.post("/sign-in/code", data={"code": good}).status_code == 422
    assert client.post("/account/second-factor/off", data={"passphrase": "wrong"}).status_code == 303
    assert second_factor.is_set(vault_of(client))
    client.post("/account/second-factor/off", data={"passphrase": PASSPHRASE})
    assert sign_in(browser()).status_code == 303


def test_guessing_codes_is_limited(client: Client, browser: Callable[[], Client]) -> None:
    join(client)
    set_factor(client)
    other = browser()
    sign_in(other)
    answers = [other.post("/sign-in/code", data={"code": f"{n:06}"}).status_code for n in range(12)]
    assert 429 in answers and answers.count(422) <= 8


def test_the_secret_is_not_in_the_database_even_with_the_server_keys(client: Client) -> None:
    join(client)
    secret = secret_of(client)
    with db.engine.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert secret not in dump and secret.encode().hex() not in dump.lower()


def test_invites_are_for_members_in_good_standing_a_few_a_month(app: Flask, client: Client) -> None:
    join(client)
    assert client.post("/account/invites").status_code == 404
    app.extensions["kindred.settings"] = app.extensions["kindred.settings"].with_changes(join_door="invite")
    codes = [
        re.search(r'<p class="code">([\w-]+)</p>', client.post("/account/invites").text) for _turn in range(3)
    ]
    assert all(codes) and client.post("/account/invites").status_code == 404
    assert {doors.kind_of(code.group(1), now()) for code in codes if code} == {"member"}
    assert set(Invite.__table__.columns.keys()) == {"code_hash", "kind", "until"}


def invited(app: Flask, *options: str) -> str:
    result = app.test_cli_runner().invoke(args=["kindred", "moderator-invite", *options])
    return result.output.strip()


def test_the_first_moderator_comes_by_a_one_time_path(
    app: Flask, client: Client, browser: Callable[[], Client]
) -> None:
    path = invited(app, "--lead")
    assert client.get(path).location == "/sign-in"
    join(client)
    assert "lead" in client.get(path).text
    assert client.post(path, data={"staff_name": "x"}).status_code == 422
    assert client.post(path, data={"staff_name": "Kestrel"}).location == "/account/second-factor"
    assert client.get("/moderation").location == "/account/second-factor"
    set_factor(client)
    assert client.get("/moderation").status_code == 200
    assert [(row.staff_name, row.role) for row in db.session.scalars(db.select(Staff))] == [
        ("Kestrel", "lead")
    ]
    other = browser()
    join(other, "late comer")
    assert other.get(path).status_code == 404
    assert other.post(path, data={"staff_name": "Linnet"}).status_code == 404
    assert other.get("/moderation").status_code == 404
    taken = other.post(invited(app), data={"staff_name": "kestre1"})
    assert taken.status_code == 422 and "Another moderator" in taken.text


def test_a_lead_gives_and_takes_roles_with_a_fresh_passphrase(
    app: Flask, client: Client, clock: time_machine.Traveller
) -> None:
    join(client)
    client.post(invited(app, "--lead"), data={"staff_name": "Kestrel"})
    set_factor(client)
    moderator = Person(app, "moderator")
    lead_id = db.session.scalars(db.select(Staff.id).where(Staff.staff_name == "Kestrel")).one()
    clock.shift(16 * 60)
    late = client.post(f"/account/staff/{moderator.staff_id}", data={"role": "lead"})
    assert late.location == "/account/confirm"
    assert client.post("/account/confirm", data={"passphrase": "wrong one"}).status_code == 422
    assert client.post("/account/confirm", data={"passphrase": PASSPHRASE}).location == "/account/staff"
    assert "/join/staff/" in client.post("/account/staff/invite", data={"role": "moderator"}).text
    assert client.post(f"/account/staff/{lead_id}", data={"role": ""}).status_code == 422
    assert client.post(f"/account/staff/{moderator.staff_id}", data={"role": ""}).status_code == 303
    assert moderator.browser.get("/moderation").status_code == 404
    acts = sorted(entry.act for entry in db.session.scalars(db.select(StagedEntry)))
    assert acts == ["invite moderator", "role taken", "take up lead"]


def test_staff_names_are_for_staff(app: Flask) -> None:
    lead, member = Person(app, "lead"), Person(app)
    name = db.session.scalars(db.select(Staff.staff_name)).one()
    assert name in lead.browser.get("/account/staff").text
    assert member.browser.get("/account/staff").status_code == 404
    assert name not in member.browser.get("/account").text


def test_a_kept_form_waits_for_the_second_factor_and_goes_on(
    client: Client, clock: time_machine.Traveller
) -> None:
    join(client)
    totp, _codes = set_factor(client)
    client.post("/sign-out")
    carried = {"kept_for": "/account/settings", "kept.country": "", "kept.note": "two words"}
    page = sign_in(client, **carried)
    assert 'name="kept.note" value="two words"' in page.text
    assert client.get("/sign-in/code").status_code == 200
    clock.shift(30)
    through = client.post("/sign-in/code", data={**carried, "code": totp.at(now())})
    assert through.location == "/account" and is_signed_in(client)
    assert client.get("/sign-in/code").location == "/sign-in"
    assert client.post("/sign-in/code").location == "/sign-in"


def test_what_is_over_is_swept(app: Flask, client: Client, clock: time_machine.Traveller) -> None:
    join(client)
    with writing():
        doors.new_invite("member", now())
        sanctions.give("n" * 22, "strike", day_of(now()))
    for sweep in (tasks.forget_ended_sessions, tasks.forget_old_invites_and_sanctions):
        sweep()
    tasks.remove_planned_texts()
    tasks.rewrite_in_random_order()
    models = (MemberSession, Invite, Sanction)
    assert [len(db.session.scalars(db.select(model)).all()) for model in models] == [1, 1, 1]
    clock.shift(40 * 86_400)
    for sweep in (tasks.forget_ended_sessions, tasks.forget_old_invites_and_sanctions):
        sweep()
    assert [len(db.session.scalars(db.select(model)).all()) for model in models] == [0, 0, 0]
