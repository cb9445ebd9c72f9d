"""Pressing what leads to another page."""

from __future__ import annotations

from playwright.sync_api import Locator


def press(locator: Locator) -> None:
    """Press a button or link and wait until the page it leads to has loaded.

    A click alone may return while the old page still stands; what is looked at next is then either page.
    """
    with locator.page.expect_navigation():
        locator.click()
