"""Sessions end when they should, stay ended, and tell nothing."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from config import Settings
from forum.members import keys, sessions
from forum.members.models import Member, MemberSession
from forum.storage.clock import now
from forum.storage.database import db, writing
from forum.web import asked
from tests import engines, factories
from tests.browser_client import Client
from tests.members.people import PASSPHRASE, is_signed_in, join, join_form, sign_in

Counting = Callable[[], AbstractContextManager[engines.Statements]]
MINUTE = 60
HOUR = 60 * MINUTE


def rows() -> list[MemberSession]:
    return list(db.session.scalars(db.select(MemberSession)))


def cookie_of(client: Client) -> str:
    cookie = client.get_cookie("kindred")
    assert cookie is not None
    return str(cookie.value)


def test_unknown_names_and_wrong_passphrases_read_alike(
    client: Client, browser: Callable[[], Client]
) -> None:
    join(client)
    unknown = sign_in(browser(), "nobody here")
    wrong = sign_in(browser(), passphrase="quite another passphrase")
    assert (unknown.status_code, wrong.status_code) == (422, 422)
    assert len(unknown.data.replace(b"nobody here", b"night shift")) == len(wrong.data)
    assert [name for name, _value in unknown.headers] == [name for name, _value in wrong.headers]


def test_looking_writes_nothing_and_asks_one_statement_for_the_session(
    client: Client, clock: time_machine.Traveller, count_statements: Counting
) -> None:
    join(client)
    clock.shift(5 * MINUTE)
    with count_statements() as ran:
        client.get("/mine")
    assert ran.writes == []
    assert len([text for text in ran if "member_session" in text]) == 1


def test_a_session_ends_after_half_an_hour_without_use(client: Client, clock: time_machine.Traveller) -> None:
    join(client)
    for _turn in range(4):
        clock.shift(29 * MINUTE)
        assert is_signed_in(client)
    clock.shift(30 * MINUTE)
    assert not is_signed_in(client)


def test_a_session_ends_after_twelve_hours_of_use(client: Client, clock: time_machine.Traveller) -> None:
    join(client)
    for _turn in range(36):
        clock.shift(20 * MINUTE - 1)
        assert is_signed_in(client)
    clock.shift(60)
    assert not is_signed_in(client)


def test_a_cookie_from_the_past_is_not_made_fresh_by_its_owner(
    client: Client, clock: time_machine.Traveller
) -> None:
    join(client)
    token, stamp = cookie_of(client).split(".")
    clock.shift(31 * MINUTE)
    for forged in (f"{token}.{'0' * len(stamp)}", token, f"{token}.", f"{token}.{stamp}00"):
        client.set_cookie("kindred", forged)
        assert not is_signed_in(client)
    other, _stamp = sessions.cookie_value("A" * 43, now()).split(".")
    client.set_cookie("kindred", f"{token}.{sessions.cookie_value(other, now()).split('.')[1]}")
    assert not is_signed_in(client)


def test_a_renewal_in_flight_does_not_bring_an_ended_session_back(
    client: Client, browser: Callable[[], Client], clock: time_machine.Traveller
) -> None:
    join(client)
    clock.shift(5 * MINUTE)
    client.get("/mine")
    renewed = cookie_of(client)
    client.post("/sign-out")
    assert rows() == []
    late = browser()
    late.set_cookie("kindred", renewed)
    answer = late.get("/mine")
    assert answer.status_code == 303
    assert "kindred=" not in str(answer.headers.getlist("Set-Cookie"))
    with writing():
        token, seen = sessions.read_cookie(renewed) or ("", now())
        ticket = sessions.Ticket("m", "00" * 32, int(now().timestamp()))
        sessions.renew_ticket(sessions.OpenSession(token, ticket, seen), second=True)
    assert rows() == []


def test_signing_out_clears_the_browser(client: Client) -> None:
    join(client)
    answer = client.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert client.get_cookie("kindred") is None and not is_signed_in(client)


def test_signing_in_again_leaves_one_session(client: Client) -> None:
    join(client)
    before = cookie_of(client)
    sign_in(client)
    assert len(rows()) == 1 and cookie_of(client) != before


def test_the_row_knows_no_member_and_no_exact_time(client: Client, clock: time_machine.Traveller) -> None:
    clock.shift(7 * MINUTE + 13)
    join(client)
    [row] = rows()
    assert set(MemberSession.__table__.columns.keys()) == {"token_hash", "sealed", "ends_at"}
    assert row.ends_at.minute % 10 == 0 and row.ends_at.second == 0
    member = db.session.scalars(db.select(Member)).one()
    assert member.id.encode() not in row.sealed and cookie_of(client).encode() not in row.sealed


def test_sealed_rows_have_one_size(client: Client, browser: Callable[[], Client]) -> None:
    join(client, "one")
    join(browser(), "a much longer sign-in name than the other")
    assert len({len(row.sealed) for row in rows()}) == 1


def test_a_form_sent_after_the_end_goes_through_after_signing_in(
    client: Client, clock: time_machine.Traveller
) -> None:
    join(client)
    with writing():
        circle = factories.circle()
    clock.shift(31 * MINUTE)
    typed = {
        "kind": "story",
        "wish": "listen",
        "title": "The ward at night",
        "body": "It was long.\r\n\r\nÜ ✓",
        "pseudonym": "Quiet Heron",
        "form_key": "k" * 22,
    }
    ended = client.post(f"/c/{circle.id}/new", data=typed)
    page = ended.get_data(as_text=True)
    assert ended.status_code == 401 and "The ward at night" in page and 'name="kept.form_key"' in page
    carried = {"kept_for": f"/c/{circle.id}/new", **{f"kept.{name}": text for name, text in typed.items()}}
    failed = sign_in(client, passphrase="not the right passphrase", **carried)
    assert failed.status_code == 422 and 'name="kept.body"' in failed.get_data(as_text=True)
    through = sign_in(client, **carried)
    assert through.status_code == 303 and through.location.startswith("/mine/")
    assert "It was long." in client.get(through.location).get_data(as_text=True)
    client.post("/sign-out")
    assert sign_in(client, **carried).location == through.location


@pytest.mark.parametrize("target", ["/sign-out", "/leave", "//elsewhere.example/x", "/nowhere", "/\\x"])
def test_a_kept_form_goes_only_to_a_page_of_ours_that_takes_it(client: Client, target: str) -> None:
    join(client)
    client.post("/sign-out")
    answer = sign_in(client, **{"kept_for": target, "kept.body": "my words stay"})
    assert answer.status_code in {200, 303}
    if answer.status_code == 200:
        assert "my words stay" in answer.get_data(as_text=True)
    assert not (answer.location or "").startswith(("//", "/\\", "http"))
    assert is_signed_in(client)


HOSTILE = (
    "//elsewhere.example",
    "///elsewhere.example/mine",
    "https://elsewhere.example/mine",
    "https:/mine",
    "javascript:alert(1)",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "/%5Celsewhere.example",
    "/%2Felsewhere.example",
    "/\t/elsewhere.example",
    "/mine\r\nSet-Cookie: a=b",
    " /mine",
    "/mine/../../elsewhere",
    "/mine@elsewhere.example",
    "mine",
    "",
    "/no-such-page",
    "/sign-out",
    "/leave",
    "/static/site.css",
    "/mine?" + "x" * 400,
    "/mine?\u202e",
)


@pytest.mark.parametrize("path", HOSTILE)
def test_signing_in_leads_nowhere_else(client: Client, path: str) -> None:
    join(client)
    client.post("/sign-out")
    assert sign_in(client, next=path).location == "/"
    client.post("/sign-out")
    client.set_cookie("asked", asked.sealed(path))  # even where this server had sealed it
    assert sign_in(client).location == "/"
    client.post("/sign-out")
    assert sign_in(client, next="/mine").location == "/mine"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(
    client: Client, clock: time_machine.Traveller
) -> None:
    join(client)
    client.post("/sign-out")
    answer = client.get("/mine?sent=1")
    assert answer.location == "/sign-in", "no address of a page in the URL"
    cookie = client.get_cookie("asked")
    assert cookie is not None and "mine" not in cookie.value and cookie.http_only
    assert sign_in(client, passphrase="not the right passphrase").status_code == 422
    assert sign_in(client).location == "/mine?sent=1"
    assert client.get_cookie("asked") is None
    client.post("/sign-out")
    client.get("/goals")
    clock.shift(asked.SECONDS + 1)
    assert sign_in(client).location == "/"


def test_a_page_that_was_asked_for_survives_joining(client: Client) -> None:
    client.get("/notices")
    client.post("/join", data=join_form(client))
    assert client.post("/account/recovery-code/written-down").location == "/notices"


@pytest.fixture
def slow_app(settings: Settings, prepared_sqlite: Path) -> Flask:
    engines.copy_sqlite(prepared_sqlite, settings.data_dir)
    with engines.running(settings.with_changes(argon2_memory_kib=4096, argon2_passes=2)) as app:
        yield app  # type: ignore[misc]


def times_of(passphrase: str, found: list[keys.Lock | None]) -> list[list[float]]:
    """Milliseconds of processor time for each kind of record, taken in turns."""
    taken: list[list[float]] = [[] for _kind in found]
    for turn in range(40):
        for kind, lock in enumerate(found):
            start = time.thread_time()
            assert keys.unlock(lock, f"{passphrase} {turn}") is None
            taken[kind].append((time.thread_time() - start) * 1000)
    return taken


def differ(first: list[float], second: list[float]) -> bool:
    """Whether somebody outside could tell two series of times apart: Mann-Whitney, p < 0.001, and by 10 %."""
    wins = sum((a > b) + (a == b) / 2 for a in first for b in second)
    n, m = len(first), len(second)
    score = (wins - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    medians = statistics.median(first), statistics.median(second)
    return abs(score) > 3.29 and max(medians) / min(medians) > 1.1


def test_nobody_takes_as_long_as_somebody(slow_app: Flask) -> None:
    known = keys.lock(keys.new_key(), PASSPHRASE)
    assert not differ(*times_of("wrong", [known, None]))


def test_the_timing_test_sees_a_dummy_that_is_not_real(
    slow_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = keys.lock(keys.new_key(), PASSPHRASE)
    cheap = keys.Lock(b"0" * 16, "8:1", b"not a wrapped key at all")
    monkeypatch.setattr(keys, "_dummy", lambda _cost: cheap)
    assert differ(*times_of("wrong", [known, None]))


def test_a_wrong_sign_in_does_the_same_work_whatever_is_wrong(
    client: Client, browser: Callable[[], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole answer: the same statements, the same stretching, the same size."""
    join(client)
    stretched: list[str] = []
    stretch = keys._stretch
    monkeypatch.setattr(keys, "_stretch", lambda *a: (stretched.append(a[2]), stretch(*a))[1])

    def work(name: str, passphrase: str) -> tuple[list[str], list[str], int, int]:
        stretched.clear()
        stranger = browser()
        stranger.form_token()
        with engines.counting() as ran:
            answer = sign_in(stranger, name, passphrase)
        return list(ran), list(stretched), answer.status_code, len(answer.data)

    nobody, somebody = work("night shirt", "wrong words of mine"), work("night shift", "wrong words of mine")
    assert nobody == somebody
    assert len(somebody[0]) == 1 and len(somebody[1]) == 1 and somebody[2] == 422
    known = keys.unlock
    monkeypatch.setattr(keys, "open_lock", lambda found, words: found and known(found, words))
    assert work("night shirt", "wrong words of mine") != somebody, "a shortcut for nobody is seen"


def test_no_passphrase_is_stretched_inside_a_write_transaction(app: Flask) -> None:
    with pytest.raises(RuntimeError), writing():
        keys.lock(keys.new_key(), PASSPHRASE)


def test_signing_in_stretches_anew_when_the_settings_want_more(
    client: Client, app: Flask, settings: Settings
) -> None:
    join(client)
    client.post("/sign-out")
    app.extensions["kindred.settings"] = settings.with_changes(argon2_memory_kib=128)
    assert sign_in(client).status_code == 303
    assert db.session.scalars(db.select(Member.cost)).one() == "128:1"
    client.post("/sign-out")
    assert sign_in(client).status_code == 303


def test_flask_login_keeps_nothing_of_the_browser(client: Client) -> None:
    join(client)
    client.get("/account", headers={"User-Agent": "Canary/7"})
    with client.session_transaction() as form_session:
        assert set(form_session) <= {"csrf_token", "_flashes"}
