"""The same search through everything that the real web server writes, up to and after being killed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from forum.storage.database import db, writing
from forum.storage.types import new_id
from tests import engines, factories
from tests.circles.test_journey import hidden_fields
from tests.members.people import CODE, TICKET
from tests.security.canaries import ADDRESS, NETWORK, SENT, Canary, files_under, find
from tests.security.journeys import word
from tests.served import Browser, Server

TELLING = {
    "User-Agent": f"Mozilla/5.0 {word('user agent')}",
    "Referer": f"https://{word('referrer')}.example/from",
    "X-Forwarded-For": ADDRESS.word,
}


@pytest.fixture
def server(tmp_path: Path, prepared_sqlite: Path) -> Iterator[Server]:
    """A forum with one circle behind gunicorn, where the proxy in front names the caller."""
    engines.copy_sqlite(prepared_sqlite, tmp_path)
    with engines.running(engines.settings_in(tmp_path)), writing():
        factories.circle("Newcomers")
    served = Server(tmp_path, TRUSTED_PROXIES="1").start()
    yield served
    served.stop()


def _join(browser: Browser) -> list[Canary]:
    page = browser.get("/join")[1]
    ticket = TICKET.search(page)
    passphrase = f"lantern {word('passphrase')} velvet"
    status, page, _headers = browser.post(
        "/join",
        sign_in_name=word("sign-in name"),
        passphrase=passphrase,
        consent="yes",
        age="yes",
        ticket=ticket.group(1) if ticket else "",
    )
    assert status == 303, page
    page = browser.get("/account/recovery-code")[1]
    browser.post("/account/recovery-code/written-down")
    token = Canary("session token", browser.cookies["kindred"].partition(".")[0])
    return [Canary("recovery code", CODE.search(page).group(1)), token]


def _live(browser: Browser, circle: str) -> None:
    for what, more in (
        ("draft", {"draft_wanted": "yes"}),
        ("preview", {"preview": "yes"}),
        ("waiting text", {}),
    ):
        form = hidden_fields(browser.get(f"/c/{circle}/new")[1])
        form |= {"kind": "story", "wish": "advice", "title": "After", "pseudonym": "Quiet Heron"}
        form |= {"body": f"Tonight {word(what)} again.", **more}
        assert browser.post(f"/c/{circle}/new", **form)[0] in (200, 303)
    assert browser.post("/goals", name=word("goal"), step="x", before="3", form_key=new_id())[0] == 303
    assert browser.post("/search", query=word("search"))[0] == 200
    assert browser.get(f"/nothing/{word('path')}?{word('error')}")[0] == 404
    assert browser.post("/search", query=word("too large") * 20_000)[0] == 413
    assert browser.post("/search", query=word("without a token"), csrf_token="")[0] == 400


def _circle_of(server: Server) -> str:
    with engines.running(engines.settings_in(server.folder)):
        return str(db.session.scalar(db.text("SELECT id FROM circle")))


def test_the_real_server_keeps_nothing_it_should_not(server: Server) -> None:
    browser = Browser(server.settings.port, TELLING)
    found = _join(browser)
    _live(browser, _circle_of(server))
    looked_for = [ADDRESS, NETWORK, *SENT.values(), *found]
    metrics = Browser(server.settings.port).get("/metrics")[1]
    assert "kindred_answers" in metrics
    running = dict(files_under(server.folder)) | {"metrics": metrics.encode()}
    assert find(looked_for, running) == []
    server.stop(signal.SIGKILL)
    assert find(looked_for, dict(files_under(server.folder))) == []
    assert server.log.exists()
