"""A served forum and Debian's chromium, with JavaScript on and off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from forum.members.person import cookie_name
from tests.people import Person

KEPT_IN_THE_BROWSER = """async () => [
    localStorage.length,
    sessionStorage.length,
    (await indexedDB.databases()).length,
    (await caches.keys()).length,
    (await navigator.serviceWorker.getRegistrations()).length,
]"""


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the forum, served by threads of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Visit:
    """A way to open browser windows on the served forum, each with a jar of cookies of its own."""

    browser: Browser
    site: str
    scripts: bool
    opened: list[BrowserContext]
    asked: list[str]

    def window(self, person: Person | None = None, width: int = 390, dark: bool = False) -> Page:
        """A fresh window, signed in as somebody who was made without the pages of joining."""
        context = self.browser.new_context(
            java_script_enabled=self.scripts,
            viewport={"width": width, "height": 844},
            color_scheme="dark" if dark else "light",
            base_url=self.site,
        )
        self.opened.append(context)
        if person is not None:
            value = person.browser.get_cookie(cookie_name()).value
            context.add_cookies([{"name": cookie_name(), "value": value, "url": self.site}])
        page = context.new_page()
        page.on("request", lambda request: self.asked.append(request.url))
        return page


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def visit(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Visit]:
    """Windows with JavaScript on and off. Nothing may ask another site for anything."""
    visit = Visit(chromium, site, request.param, [], [])
    yield visit
    for context in visit.opened:
        context.close()
    foreign = {url for url in visit.asked if not url.startswith((site, "data:"))}
    assert not foreign - {"https://www.wikipedia.org/"}


@pytest.fixture
def check_page(visit: Visit) -> Callable[[Page], None]:
    """Look at a page as axe does, for anything that does not fit the window, and for anything it keeps there.

    axe is a script: where scripts are off the same page is only looked at for its width.
    """
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}

    def check(page: Page) -> None:
        page.wait_for_load_state()
        page.locator("html").evaluate("() => scrollTo(0, 0)")  # else the bar may lie over what axe measures
        wide = page.locator("html").evaluate("page => page.scrollWidth - page.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} px too wide"
        if not visit.scripts:
            return
        assert page.evaluate(KEPT_IN_THE_BROWSER) == [0, 0, 0, 0, 0], f"{page.url} keeps something"
        found = axe.run(page, options=options)
        assert not found.response["violations"], found.generate_report()

    return check
