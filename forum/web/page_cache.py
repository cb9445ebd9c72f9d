"""Finished pages for visitors, kept in memory, bounded, and never older than what they show.

A page is found by what it shows, the version of that, the renderer and the language. The caller reads the
version from the database on every request, before the content. A page is kept only if the version is the
same after rendering, and only if nothing personal went into it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import cast

from flask import Flask, current_app, g, session

from forum.web.languages import language

LARGEST_PAGE = 512 * 1024


class PageCache:
    """The pages that were asked for last. Safe between threads."""

    def __init__(self, size: int) -> None:
        """`size` is the number of pages to keep; 0 keeps none."""
        self.size = size
        self._pages: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> str | None:
        """A kept page."""
        with self._lock:
            if key not in self._pages:
                return None
            self._pages.move_to_end(key)
            return self._pages[key]

    def put(self, key: Hashable, page: str) -> None:
        """Keep a page; the one that nobody asked for longest gives way."""
        if len(page) > LARGEST_PAGE:
            return
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > self.size:
                self._pages.popitem(last=False)

    def __len__(self) -> int:
        """How many pages are kept."""
        return len(self._pages)


def init_app(app: Flask, size: int) -> None:
    """Give the program its cache."""
    app.extensions["kindred.pages"] = PageCache(size)


def visitor_page(
    page: Hashable, renderer: int, read_version: Callable[[], Hashable], render: Callable[[], str]
) -> str | None:
    """The page as a visitor sees it, kept or made now. None when there is no version: it does not exist.

    `page` names what is shown, such as `("thread", id)`; `read_version` reads everything the page depends
    on that may change: its version, the circle's audience, the versions of cards within it.
    """
    version = read_version()
    if version is None:
        return None
    cache = cast(PageCache, current_app.extensions["kindred.pages"])
    key = (page, version, renderer, language())
    found = cache.get(key)
    if found is not None:
        return found
    made = render()
    if cache.size and not _is_personal() and read_version() == version:
        cache.put(key, made)
    return made


def _is_personal() -> bool:
    """Whether rendering put a form token or a message for one person into the page."""
    return "csrf_token" in g or session.modified
