"""A kept page is never older than what it shows, never personal, and the cache stays small."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from flask import Flask
from flask_wtf.csrf import generate_csrf
from hypothesis import given
from hypothesis import strategies as st

from forum.web.page_cache import LARGEST_PAGE, PageCache, visitor_page


@pytest.fixture
def render(app: Flask) -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"page {next(numbers)}"


def _show(
    app: Flask, render: Callable[[], str], version: object, renderer: int = 1, page: str = "a"
) -> str | None:
    with app.app_context(), app.test_request_context("/"):
        return visitor_page(("thread", page), renderer, lambda: version, render)


def test_the_same_version_is_made_once(app: Flask, render: Callable[[], str]) -> None:
    assert [_show(app, render, 1), _show(app, render, 1)] == ["page 1", "page 1"]


@pytest.mark.parametrize("change", [{"version": 2}, {"renderer": 2}, {"page": "b"}, {"version": (1, "x")}])
def test_anything_it_depends_on_makes_it_anew(
    app: Flask, render: Callable[[], str], change: dict[str, object]
) -> None:
    _show(app, render, version=1)
    assert _show(app, render, **{"version": 1, **change}) == "page 2"  # type: ignore[arg-type]


def test_another_language_is_another_page(app: Flask, render: Callable[[], str]) -> None:
    app.extensions["kindred.languages"] = ["de", "en"]
    _show(app, render, 1)
    with app.app_context(), app.test_request_context("/", headers={"Accept-Language": "de"}):
        assert visitor_page(("thread", "a"), 1, lambda: 1, render) == "page 2"


def test_what_does_not_exist_has_no_page(app: Flask, render: Callable[[], str]) -> None:
    assert _show(app, render, None) is None


def test_a_page_that_changed_while_it_was_made_is_not_kept(app: Flask, render: Callable[[], str]) -> None:
    versions = iter([1, 2, 1])
    with app.app_context(), app.test_request_context("/"):
        assert visitor_page("p", 1, lambda: next(versions), render) == "page 1"
        assert visitor_page("p", 1, lambda: 1, render) == "page 2"


def test_a_page_with_a_form_token_is_not_kept(app: Flask) -> None:
    for _visitor in range(2):
        with app.app_context(), app.test_request_context("/"):
            visitor_page("p", 1, lambda: 1, lambda: str(generate_csrf()))
            assert len(app.extensions["kindred.pages"]) == 0


def test_a_very_large_page_is_not_kept() -> None:
    cache = PageCache(2)
    cache.put("a", "x" * (LARGEST_PAGE + 1))
    assert len(cache) == 0


@given(st.integers(0, 5), st.lists(st.integers(0, 9)))
def test_the_cache_is_bounded_and_the_latest_stays(size: int, asked: list[int]) -> None:
    cache = PageCache(size)
    for key in asked:
        cache.put(key, str(key))
        assert len(cache) <= size
    if asked and size:
        assert cache.get(asked[-1]) == str(asked[-1])
