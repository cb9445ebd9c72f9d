"""Words of a form that was sent after session and token had gone: through each door, and with help."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from forum.storage.database import writing
from tests import factories
from tests.browser_client import Client
from tests.members.people import PASSPHRASE, join, join_form, shown_code, sign_in

FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
CRISIS = "I want to die. I do not know how to go on."
CALM = "It was a long night on the ward."
HELP = 'id="help"'


@pytest.fixture
def circle_id(app) -> str:
    with writing():
        return factories.circle().id


def opening(body: str = CALM) -> dict[str, str]:
    return {
        "kind": "story",
        "wish": "listen",
        "title": "The ward at night",
        "body": body,
        "pseudonym": "Quiet Heron",
        "form_key": "k" * 22,
    }


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form that carries the words."""
    found = re.findall(r'<input type="hidden" name="(kept[^"]*)" value="([^"]*)"', page)
    return dict(found)


def send_signed_out(client: Client, circle_id: str, body: str = CALM, **headers: str):
    """Send the form from a browser that has lost its session and its form token."""
    sent_by = headers or FROM_HERE
    return client.post(f"/c/{circle_id}/new", data=opening(body), csrf=False, headers=sent_by)


def test_who_lost_session_and_token_alike_meets_the_same_page(
    browser: Callable[[], Client], circle_id: str
) -> None:
    lost = send_signed_out(browser(), circle_id)
    ended = browser().post(f"/c/{circle_id}/new", data=opening())
    assert lost.status_code == ended.status_code == 401
    token = re.compile(r'name="csrf_token" value="[^"]*"')
    assert token.sub("", lost.text) == token.sub("", ended.text)
    assert hidden(lost.text)["kept.body"] == CALM


def test_it_goes_through_after_signing_in(browser: Callable[[], Client], circle_id: str) -> None:
    join(browser())
    client = browser()
    through = sign_in(client, **hidden(send_signed_out(client, circle_id).text))
    assert through.status_code == 303
    assert CALM in client.get(through.location).text


def test_help_stands_above_words_of_a_crisis(browser: Callable[[], Client], circle_id: str) -> None:
    page = send_signed_out(browser(), circle_id, CRISIS).text
    assert page.index(HELP) < page.index("<h1>")
    assert HELP not in send_signed_out(browser(), circle_id).text


def test_a_form_from_elsewhere_is_never_carried(browser: Callable[[], Client], circle_id: str) -> None:
    for sent_by in ({"Sec-Fetch-Site": "none"}, {"X-Nothing": "x"}):
        answer = send_signed_out(browser(), circle_id, **sent_by)
        assert answer.status_code == 400
        assert "kept_for" not in answer.text
        assert CALM in answer.text, "shown to be copied"


def test_who_is_signed_in_or_asks_for_an_open_page_is_not_sent_away(
    browser: Callable[[], Client], circle_id: str
) -> None:
    client = browser()
    join(client)
    assert send_signed_out(client, circle_id).status_code == 400
    open_page = browser().post("/language", data={"note": CALM}, csrf=False, headers=FROM_HERE)
    assert open_page.status_code == 400


def test_words_go_along_by_the_recovery_code(browser: Callable[[], Client], circle_id: str) -> None:
    code = join(browser())
    client = browser()
    carried = hidden(send_signed_out(client, circle_id, CRISIS).text)
    form = client.post("/recover/words", data={**carried, "passphrase": "half a passphrase"})
    assert form.status_code == 200
    assert form.text.index(HELP) < form.text.index("Your words are kept")
    assert hidden(form.text) == carried
    assert "half a passphrase" not in form.text
    wrong = client.post("/recover", data={**carried, "recovery_code": "X" * 32, "passphrase": PASSPHRASE})
    assert wrong.status_code == 422
    assert hidden(wrong.text) == carried
    right = client.post("/recover", data={**carried, "recovery_code": code, "passphrase": PASSPHRASE})
    assert right.status_code == 303
    assert_sent_in_the_end(client, CRISIS)


def test_words_go_along_by_joining(browser: Callable[[], Client], circle_id: str) -> None:
    client = browser()
    carried = hidden(send_signed_out(client, circle_id).text)
    form = client.post("/join/words", data={**carried, "sign_in_name": "half"})
    assert form.status_code == 200
    assert hidden(form.text) == carried
    assert HELP not in form.text
    unticked = client.post("/join", data={**carried, "sign_in_name": "night shift"})
    assert unticked.status_code == 422
    assert hidden(unticked.text) == carried
    assert client.post("/join", data={**join_form(client), **carried}).status_code == 303
    assert_sent_in_the_end(client, CALM)


def assert_sent_in_the_end(client: Client, body: str) -> None:
    """The code is written down; then the words lie there, and one press sends them."""
    assert shown_code(client)
    page = client.post("/account/recovery-code/written-down").text
    assert body in page
    assert (HELP in page) == (body == CRISIS)
    target = re.search(r'<form class="stack" method="post" action="([^"]+)"', page).group(1)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    sent = client.post(target, data={**fields, "csrf_token": client.form_token()})
    assert sent.status_code == 303
    assert body in client.get(sent.location).text


def test_no_words_go_to_a_page_that_is_not_one_of_members(browser: Callable[[], Client]) -> None:
    client = browser()
    carried = {"kept_for": "/sign-out", "kept.body": CALM}
    assert client.post("/join", data={**join_form(client), **carried}).status_code == 303
    assert shown_code(client)
    assert client.post("/account/recovery-code/written-down").location == "/"


def test_a_wrong_passphrase_keeps_help_and_words(browser: Callable[[], Client], circle_id: str) -> None:
    join(browser())
    client = browser()
    carried = hidden(send_signed_out(client, circle_id, CRISIS).text)
    failed = sign_in(client, passphrase="not the right passphrase", **carried)
    assert failed.status_code == 422
    assert failed.text.count(HELP) == 1
    assert hidden(failed.text) == carried
