"""Hosts, origins, sizes and proxies."""

from __future__ import annotations

import pytest
from flask import Flask, request

from config import Settings
from tests import engines
from tests.browser_client import Client


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_from_another_site_is_refused(pages: Flask, client: Client, site: str) -> None:
    answer = client.post("/echo", data={"body": "hello there"}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_a_form_of_this_site_passes(pages: Flask, client: Client, site: str | None) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}
    assert client.post("/echo", data={"body": "x"}, headers=headers).status_code == 200


def test_a_link_from_another_site_passes(pages: Flask, client: Client) -> None:
    assert client.get("/echo", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_large_body_is_refused_before_it_is_read(pages: Flask, client: Client) -> None:
    assert client.post("/echo", data={"body": "x" * 1_000_000}).status_code == 413
    assert client.post("/echo", data={"body": "x" * 200_000}).status_code == 200


def test_very_many_fields_are_refused(pages: Flask, client: Client) -> None:
    parts = {f"f{number}": "x" for number in range(600)}
    answer = client.post("/echo", data=parts, content_type="multipart/form-data")
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("host", "status"),
    [("kindred.example", 200), ("KINDRED.example:443", 200), ("evil.example", 400), ("", 400), ("a b", 400)],
)
def test_production_answers_only_to_its_own_host(production: Settings, host: str, status: int) -> None:
    with engines.running(production) as app:
        answer = Client(app, app.response_class).get("/rules", headers={"Host": host})
    assert answer.status_code == status


def test_this_machine_may_ask_production_how_it_is(production: Settings) -> None:
    with engines.running(production) as app:
        client = Client(app, app.response_class)
        here = {"Host": "127.0.0.1:8000"}
        assert client.get("/healthz", headers=here).status_code != 400
        assert client.get("/metrics", headers=here).status_code == 200
        relayed = {**here, "X-Forwarded-For": "203.0.113.9"}
        assert client.get("/metrics", headers=relayed).status_code == 400


def test_behind_an_onion_service_nobody_is_this_machine(production: Settings) -> None:
    with engines.running(production.with_changes(onion_door=True)) as app:
        client = Client(app, app.response_class)
        assert client.get("/metrics", headers={"Host": "localhost"}).status_code == 400
        assert client.get("/metrics", headers={"Host": "kindred.example"}).status_code == 404


def test_forwarded_addresses_count_only_behind_a_trusted_proxy(settings: Settings) -> None:
    for hops, seen in ((0, "127.0.0.1"), (1, "203.0.113.9")):
        with engines.running(settings.with_changes(trusted_proxies=hops)) as app:
            app.add_url_rule("/from", view_func=lambda: request.remote_addr)
            forged = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
            assert Client(app, app.response_class).get("/from", headers=forged).text == seen


def test_metrics_are_for_this_machine_only(pages: Flask, client: Client) -> None:
    assert client.get("/metrics").status_code == 200
    for headers, address in (
        ({}, "203.0.113.9"),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1"),
        ({"Host": "abcdef.onion"}, "127.0.0.1"),
    ):
        answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
        assert answer.status_code == 404


def test_metrics_name_pages_and_no_paths(pages: Flask, client: Client) -> None:
    client.get("/nowhere-special")
    client.get("/echo")
    shown = client.get("/metrics").text
    assert 'kindred_answers_total{page="echo",status="200"} 1.0' in shown
    assert 'kindred_answers_total{page="none",status="404"} 1.0' in shown
    assert "nowhere-special" not in shown
