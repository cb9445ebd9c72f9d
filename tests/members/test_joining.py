"""Joining: what is asked, what is refused, what is kept, and the doors against floods."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
import time_machine
from flask import Flask

from config import Settings, UnsafeSetting, read_settings
from forum.members import doors, gates, keys
from forum.members.models import Invite, Member, MemberSession
from forum.storage.clock import now
from forum.storage.database import db, writing
from tests import engines
from tests.browser_client import Client
from tests.members.people import PASSPHRASE, is_signed_in, join, join_form, shown_code, sign_in


def members() -> list[Member]:
    return list(db.session.scalars(db.select(Member)))


def test_joining_signs_in_and_leads_to_the_code(client: Client) -> None:
    code = join(client)
    assert is_signed_in(client)
    assert code not in client.get("/").get_data(as_text=True)
    [member] = members()
    assert keys.recovery_hash(code) == member.recovery_hash


def test_the_code_stays_until_it_is_written_down_and_not_a_moment_longer(
    client: Client, browser: Callable[[], Client]
) -> None:
    assert client.get("/account/recovery-code").status_code == 303
    client.post("/join", data=join_form(client))
    code = shown_code(client)
    assert shown_code(client) == code, "Back and a reload show it again"
    client.post("/sign-out")
    other = browser()
    sign_in(other)
    assert "Show the code" in other.get("/account").text and shown_code(other) == code
    assert other.post("/account/recovery-code/written-down").location == "/"
    assert other.get("/account/recovery-code").location == "/account"
    assert "Show the code" not in other.get("/account").text
    assert other.post("/account/recovery-code/written-down").location == "/account"


def test_a_member_who_has_a_second_factor_comes_back_to_the_code_by_way_of_it(
    client: Client, browser: Callable[[], Client], clock: time_machine.Traveller
) -> None:
    code = join(client)
    client.post("/account/second-factor")
    found = re.search(r'<p class="code">([A-Z2-7 ]+)</p>', client.get("/account/second-factor").text)
    totp = pyotp.TOTP(found.group(1).replace(" ", "") if found else "")
    client.post("/account/second-factor/confirm", data={"code": totp.at(now())})
    clock.shift(60)
    other = browser()
    back = other.post("/recover", data={"recovery_code": code, "passphrase": PASSPHRASE})
    assert back.location == "/sign-in/code" and not is_signed_in(other)
    assert other.get("/account/recovery-code").location == "/sign-in"
    assert other.post("/sign-in/code", data={"code": totp.at(now())}).location == "/account/recovery-code"
    assert shown_code(other) not in ("", code)


def test_nothing_of_what_was_typed_lies_in_the_database(client: Client, settings: Settings) -> None:
    code = join(client, "quite special name")
    with db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    stored = (settings.data_dir / "forum.sqlite3").read_bytes()
    for typed in ("quite special name", PASSPHRASE, code, code.replace("-", "")):
        assert typed.encode() not in stored


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"sign_in_name": "ab"}, "sign_in_name"),
        ({"sign_in_name": "me@example.org"}, "sign_in_name"),
        ({"sign_in_name": "night\u200bshift"}, "sign_in_name"),
        ({"passphrase": "fourteen chars"}, "passphrase"),
        ({"passphrase": "x" * 300}, "passphrase"),
        ({"passphrase": "passwordpassword"}, "passphrase"),
        ({"passphrase": "night shift night shift"}, "passphrase"),
        ({"consent": ""}, "consent"),
        ({"age": ""}, "age"),
        ({"ticket": ""}, ""),
        ({"ticket": "AAAA"}, ""),
    ],
)
def test_what_is_missing_is_named_and_the_rest_kept(
    client: Client, changes: dict[str, str], named: str
) -> None:
    answer = client.post("/join", data=join_form(client, **changes))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="#{named or "main"}"' in page
    assert changes.get("sign_in_name", "night shift") in page
    assert PASSPHRASE not in page
    assert members() == []


def test_any_long_unlisted_passphrase_is_fine_without_rules_of_composition(client: Client) -> None:
    join(client, passphrase="ziemlich langes tier am fluss")
    assert sign_in(client, passphrase="  ziemlich langes tier am fluss ").status_code == 303


OFFERED = "harbor pencil violet sandal oregano tugboat"


@pytest.mark.parametrize(
    "typed",
    [
        "Harbor pencil violet sandal oregano tugboat",
        "harbor pencil violet sandal oregano tugboot",
        "harbor pencil violet sandal oregano",
        "harbor  pencil violet sandal oregano tugboat",
        "harborpencilvioletsandaloreganotugboat",
        "harbor pencil violet oregano sandal tugboat",
        "harbor-pencil-violet-sandal-oregano-tugboat",
    ],
)
def test_a_slip_in_the_offered_words_is_said_before_it_becomes_the_passphrase(
    client: Client, browser: Callable[[], Client], typed: str
) -> None:
    """Whoever wrote the six words on paper and mistyped one would never get in again."""
    form = join_form(client, offered=OFFERED, passphrase=typed)
    answer = client.post("/join", data=form)
    assert answer.status_code == 422
    assert "nearly the six words" in answer.text and f"data-offered>{OFFERED}<" in answer.text
    assert members() == []
    code = join(browser(), "day shift")
    back = {"recovery_code": code, "passphrase": typed, "offered": OFFERED}
    assert browser().post("/recover", data=back).status_code == 422
    mine = browser()
    sign_in(mine, "day shift")
    change = {"present": PASSPHRASE, "passphrase": typed, "offered": OFFERED}
    assert mine.post("/account/passphrase", data=change).status_code == 422


@pytest.mark.parametrize(
    "typed", [OFFERED, f"  {OFFERED} ", PASSPHRASE, "Harbor lights at four in the morning"]
)
def test_the_offered_words_and_words_of_one_s_own_are_taken(client: Client, typed: str) -> None:
    form = join_form(client, offered=OFFERED, passphrase=typed)
    assert client.post("/join", data=form).status_code == 303
    client.post("/sign-out")
    assert sign_in(client, passphrase=typed.strip()).status_code == 303


def test_what_is_no_offer_of_ours_stops_nobody(client: Client) -> None:
    form = join_form(client, offered=PASSPHRASE.upper())
    assert client.post("/join", data=form).status_code == 303


def test_a_taken_name_is_said_and_the_place_is_kept(client: Client, browser: Callable[[], Client]) -> None:
    join(client, "Night  Shift")
    other = browser()
    form = join_form(other, "night shift")
    assert other.post("/join", data=form).status_code == 422
    assert other.post("/join", data={**form, "sign_in_name": "day shift"}).status_code == 303
    third = browser()
    assert third.post("/join", data={**form, "sign_in_name": "late shift"}).status_code == 422


def test_one_ticket_is_not_for_trying_many_names(client: Client, browser: Callable[[], Client]) -> None:
    join(client)
    other = browser()
    form = join_form(other)
    answers = [other.post("/join", data=form).get_data(as_text=True) for _turn in range(8)]
    assert ["cannot be taken" in answer for answer in answers] == [True] * 6 + [False] * 2


def test_a_ticket_respelled_is_the_same_ticket(client: Client, browser: Callable[[], Client]) -> None:
    form = join_form(client)
    assert client.post("/join", data=form).status_code == 303
    again = {**form, "sign_in_name": "another", "ticket": f"!{form['ticket']}"}
    assert browser().post("/join", data=again).status_code == 422


def test_what_to_change_is_named_as_on_the_page_and_what_is_kept_is_said(client: Client) -> None:
    page = client.post("/join", data=join_form(client, passphrase="x", age="")).text
    summary = page.split("error-summary")[1].split("</div>")[0]
    assert "Passphrase: A passphrase has at least 15" in summary and "Age: " in summary
    assert "except the passphrase" in summary and "Consent: " not in summary
    assert 'name="consent" value="yes" checked' in page


def test_without_scripts_the_page_says_what_will_happen(patient_app: Flask) -> None:
    client = Client(patient_app, patient_app.response_class, use_cookies=True)
    page = client.get("/join").text
    assert re.search(r"<p class=\"hint\" data-ticket-words>[^<]*ticket that opens 2 minutes after", page)
    assert re.search(r"<p class=\"hint\" data-work-words hidden>Your browser does", page)


@pytest.fixture
def patient_app(settings: Settings, prepared_sqlite: Path) -> Flask:
    engines.copy_sqlite(prepared_sqlite, settings.data_dir)
    with engines.running(settings.with_changes(ticket_seconds=120)) as app:
        yield app  # type: ignore[misc]


def test_without_scripts_a_place_is_kept_until_its_time_has_come(
    patient_app: Flask, clock: time_machine.Traveller
) -> None:
    client = Client(patient_app, patient_app.response_class, use_cookies=True)
    form = join_form(client)
    early = client.post("/join", data=form)
    assert early.status_code == 422 and "about 2 minutes" in early.get_data(as_text=True)
    assert form["ticket"] in early.get_data(as_text=True)
    clock.shift(121)
    assert client.post("/join", data=form).status_code == 303


def test_a_ticket_does_not_keep_for_ever(patient_app: Flask, clock: time_machine.Traveller) -> None:
    client = Client(patient_app, patient_app.response_class, use_cookies=True)
    form = join_form(client)
    clock.shift(doors.TICKET_LIFE.total_seconds() + 1)
    assert client.post("/join", data=form).status_code == 422


def solved(page: str) -> str:
    """What the browser's script would send."""
    work = dict(re.findall(r'data-work-(\w+)="([^"]*)"', page.replace("&amp;", "&")))
    number = next(
        n
        for n in range(int(work["most"]) + 1)
        if hashlib.sha256((work["salt"] + str(n)).encode()).hexdigest() == work["challenge"]
    )
    words = {"algorithm": "SHA-256", "number": number} | {
        name: work[name] for name in ("salt", "challenge", "signature")
    }
    return base64.b64encode(json.dumps(words).encode()).decode()


def test_work_opens_at_once_and_only_once(patient_app: Flask, clock: time_machine.Traveller) -> None:
    client, other, late = (
        Client(patient_app, patient_app.response_class, use_cookies=True) for _turn in range(3)
    )
    solution = solved(client.get("/join").get_data(as_text=True))
    form = join_form(client, altcha=solution)
    assert client.post("/join", data=form).status_code == 303
    assert other.post("/join", data={**form, "sign_in_name": "copied work"}).status_code == 422
    old = solved(late.get("/join").get_data(as_text=True))
    clock.shift(doors.WORK_LIFE.total_seconds() + 2)
    assert late.post("/join", data=join_form(late, "late work", altcha=old)).status_code == 422
    forged = base64.b64encode(json.dumps({"algorithm": "SHA-256", "number": 1}).encode()).decode()
    assert late.post("/join", data=join_form(late, "forged", altcha=forged)).status_code == 422
    assert len(members()) == 1


@pytest.fixture
def invited_app(settings: Settings, prepared_sqlite: Path) -> Flask:
    engines.copy_sqlite(prepared_sqlite, settings.data_dir)
    with engines.running(settings.with_changes(join_door="invite")) as app:
        yield app  # type: ignore[misc]


def test_an_invite_opens_once_and_leaves_nothing(invited_app: Flask) -> None:
    with writing():
        code = doors.new_invite("member", now())
        staff_code = doors.new_invite("moderator", now())
    [client, other] = (Client(invited_app, invited_app.response_class, use_cookies=True) for _ in range(2))
    assert client.post("/join", data=join_form(client)).status_code == 422
    assert client.post("/join", data=join_form(client, invite_code=staff_code)).status_code == 422
    assert client.post("/join", data=join_form(client, invite_code=f" {code} ")).status_code == 303
    assert other.post("/join", data=join_form(other, "second", invite_code=code)).status_code == 422
    assert [row.kind for row in db.session.scalars(db.select(Invite))] == ["moderator"]


def test_of_two_that_come_with_one_invite_one_wins(engine_app: Flask) -> None:
    with writing():
        code = doors.new_invite("member", now())
    won: list[str] = []

    def redeem() -> None:
        with engine_app.app_context():
            try:
                with writing():
                    won.append(doors.redeem(code, ("member",), now()))
            except doors.Closed:
                pass
            finally:
                db.session.remove()

    both = [threading.Thread(target=redeem) for _turn in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    assert won == ["member"]


def test_production_wants_patience(tmp_path: Path) -> None:
    key = [base64.urlsafe_b64encode(bytes(range(at, at + 32))).decode() for at in (0, 40)]
    safe = {
        "KINDRED_PRODUCTION": "1",
        "SECRET_KEY": key[0],
        "FIELD_KEY": key[1],
        "SITE_HOST": "forum.example",
        "DATA_DIR": str(tmp_path),
    }
    tmp_path.chmod(0o700)
    assert read_settings(safe).ticket_seconds == 300
    with pytest.raises(UnsafeSetting, match="TICKET_SECONDS"):
        read_settings({**safe, "TICKET_SECONDS": "59"})


def test_the_code_opens_again_once_and_ends_every_session(
    client: Client, browser: Callable[[], Client]
) -> None:
    code = join(client)
    other = browser()
    fresh = "copper tundra violin basket onion grove"
    answer = other.post("/recover", data={"recovery_code": code.lower(), "passphrase": fresh})
    assert answer.status_code == 303 and is_signed_in(other) and not is_signed_in(client)
    assert db.session.scalar(db.select(db.func.count()).select_from(MemberSession)) == 1
    assert sign_in(browser()).status_code == 422
    assert sign_in(browser(), passphrase=fresh).status_code == 303
    again = browser().post("/recover", data={"recovery_code": code, "passphrase": fresh})
    assert again.status_code == 422


def test_a_wrong_code_and_a_taken_name_change_nothing(client: Client, browser: Callable[[], Client]) -> None:
    join(client, "first name")
    other = browser()
    code = join(other, "second name")
    wrong = {"recovery_code": "A" * 32, "passphrase": PASSPHRASE}
    assert browser().post("/recover", data=wrong).status_code == 422
    taken = {"recovery_code": code, "passphrase": PASSPHRASE, "sign_in_name": "first name"}
    assert browser().post("/recover", data=taken).status_code == 422
    assert is_signed_in(other)
    assert browser().post("/recover", data={**taken, "sign_in_name": "third name"}).status_code == 303
    assert sign_in(browser(), "third name").status_code == 303
    assert sign_in(browser(), "second name").status_code == 422


def test_joining_can_be_paused_with_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    form = join_form(client)
    monkeypatch.setattr(gates, "_pause", [lambda: "We take a breath until Monday."])
    assert "take a breath" in client.get("/join").text
    assert client.post("/join", data=form).status_code == 503 and members() == []


def test_too_many_people_in_an_hour_are_asked_to_come_back(
    client: Client, browser: Callable[[], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "TICKETS_AN_HOUR", "1/hour")
    join(client)
    other = browser()
    form = join_form(other, "second one")
    assert "come back in an hour" in other.post("/join", data=form).text
    monkeypatch.setattr(doors, "TICKETS_AN_HOUR", "5/hour")
    assert other.post("/join", data=form).status_code == 303


def test_a_busy_server_says_so_and_keeps_the_place(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    form = join_form(client)
    monkeypatch.setattr(keys, "WAIT_SECONDS", 0)
    monkeypatch.setattr(keys, "_turns", threading.BoundedSemaphore(1))
    with keys._turns:
        assert client.post("/join", data=form).status_code == 503
        assert sign_in(client, "nobody").status_code == 503
        recover = {"recovery_code": "A" * 32, "passphrase": PASSPHRASE}
        assert client.post("/recover", data=recover).status_code == 503
    assert client.post("/join", data=form).status_code == 303
