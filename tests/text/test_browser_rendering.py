"""Every hostile text in a real browser: nothing runs, nothing is asked for, no policy has to step in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page

from forum.text.refusal import TextRefused
from forum.text.render import render
from tests.text.hostile_texts import hostile

POLICY = "default-src 'none'; script-src 'self'"
WATCH = b"""
window.reports = []; window.ran = [];
document.addEventListener('securitypolicyviolation', e => window.reports.push(e.violatedDirective));
for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => window.ran.push(name);
addEventListener('error', e => window.reports.push('error ' + e.message));
"""
PAGE = "<!doctype html><meta charset=utf-8><title>Posts</title><script src=/watch.js></script><main>{}</main>"

pytestmark = pytest.mark.browser


class Pages(ThreadingHTTPServer):
    """Serves one page, whatever it holds at the moment, under the policy of the forum."""

    daemon_threads = True
    body = ""


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Pages)
        script = self.path == "/watch.js"
        content = WATCH if script else PAGE.format(self.server.body).encode("utf-8")
        self.send_response(200 if script or self.path == "/" else 404)
        self.send_header("Content-Type", "text/javascript" if script else "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Keep the test's output quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[Pages]:
    made = Pages(("127.0.0.1", 0), _Answer)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def seen(page: Page, server: Pages, body: str) -> dict[str, object]:
    """What happens when a browser opens a page with this body: requests, dialogs, reports, calls, tags."""
    asked: list[str] = []
    dialogs: list[str] = []

    def answer(dialog: object) -> None:
        dialogs.append(str(dialog))
        dialog.dismiss()  # type: ignore[attr-defined]

    server.body = body
    own = f"http://127.0.0.1:{server.server_port}"
    page.on("request", lambda request: asked.append(request.url.removeprefix(own)))
    page.on("dialog", answer)
    page.goto(own, wait_until="load")
    found = page.evaluate(
        """() => ({
            reports: window.reports, ran: window.ran,
            tags: [...new Set([...document.querySelectorAll('main *')].map(e => e.localName))].sort(),
            attributes: [...new Set([...document.querySelectorAll('main *')].flatMap(
                e => e.getAttributeNames().map(n => e.localName + ' ' + n)))].sort(),
            schemes: [...new Set([...document.querySelectorAll('main a')].map(e => e.protocol))].sort(),
            outside: document.body.children.length})"""
    )
    page.remove_listener("dialog", answer)
    page.goto("about:blank")
    return {**found, "asked": [url for url in asked if url != "about:blank"], "dialogs": dialogs}


def test_no_hostile_text_does_anything_in_a_browser(page: Page, server: Pages) -> None:
    articles = []
    for payload in hostile():
        try:
            articles.append(f"<article>{render(payload).html}</article>")
        except TextRefused:
            continue
    assert len(articles) > 1_800
    result = seen(page, server, "".join(articles))
    assert result["asked"] == ["/", "/watch.js"]
    assert (result["reports"], result["ran"], result["dialogs"]) == ([], [], [])
    tags = {"article", "p", "br", "strong", "em", "blockquote", "ul", "ol", "li", "code", "pre", "a", "hr"}
    assert set(result["tags"]) <= tags  # type: ignore[call-overload]
    assert result["attributes"] == ["a href", "a rel"]
    assert result["schemes"] == ["http:", "https:"]
    assert result["outside"] == 1


def test_the_watch_notices_a_text_that_got_through(page: Page, server: Pages) -> None:
    result = seen(
        page, server, "<img src=/x.png onerror=alert(1)><svg><a xlink:href='javascript:x'>y</a></svg>"
    )
    assert result["reports"] != []
    assert "a xlink:href" in result["attributes"]  # type: ignore[operator]
    assert seen(page, server, "</main><p>outside")["outside"] == 2
