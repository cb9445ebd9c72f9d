"""People for tests: they join and sign in through the real pages."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.test import TestResponse

from tests.browser_client import Client

PASSPHRASE = "lantern orbit velvet cactus plume sixty"
TICKET = re.compile(r'name="ticket" value="([^"]+)"')
CODE = re.compile(r'<p class="code">((?:[A-Z2-9]{4}-){7}[A-Z2-9]{4})</p>')


def join_form(client: Client, name: str = "night shift", **changes: Any) -> dict[str, Any]:
    """The filled form to join, with the ticket of a page of this browser."""
    found = TICKET.search(client.get("/join").get_data(as_text=True))
    ticket = found.group(1) if found else ""
    filled = {
        "sign_in_name": name,
        "passphrase": PASSPHRASE,
        "consent": "yes",
        "age": "yes",
        "ticket": ticket,
    }
    return {**filled, **changes}


def join(client: Client, name: str = "night shift", passphrase: str = PASSPHRASE) -> str:
    """Join and be signed in, with the recovery code written down. Returns the code."""
    answer = client.post("/join", data=join_form(client, name, passphrase=passphrase))
    assert answer.status_code == 303, answer.text
    code = shown_code(client)
    assert client.post("/account/recovery-code/written-down").status_code == 303
    return code


def shown_code(client: Client) -> str:
    """The recovery code that waits to be written down."""
    found = CODE.search(client.get("/account/recovery-code").text)
    assert found
    return found.group(1)


def sign_in(
    client: Client, name: str = "night shift", passphrase: str = PASSPHRASE, **more: Any
) -> TestResponse:
    """Send the form to sign in."""
    return client.post("/sign-in", data={"sign_in_name": name, "passphrase": passphrase, **more})


def is_signed_in(client: Client) -> bool:
    """Whether this browser's session is open."""
    return client.get("/mine").status_code == 200
