"""Counts for the operator, readable from this machine only. No label ever names a person or a text."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

from flask import Flask, Response, abort, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from forum.web.access import visitors
from forum.web.doors import is_on_this_machine

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_gauges: dict[str, tuple[str, Callable[[], float]]] = {}


class Measures:
    """What one program counts."""

    def __init__(self) -> None:
        """Start at zero."""
        self.registry = CollectorRegistry()
        self.answers = Counter(
            "kindred_answers", "Answers by page and status", ["page", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "kindred_page_seconds", "Seconds to answer", ["page"], buckets=BUCKETS, registry=self.registry
        )
        self.gauges = {
            name: Gauge(name, words, registry=self.registry) for name, (words, _read) in _gauges.items()
        }


def gauge(name: str, words: str, read: Callable[[], float]) -> None:
    """Register a number that is read when somebody asks, such as how many texts wait. Call at import."""
    _gauges[name] = (words, read)


def init_app(app: Flask) -> None:
    """Count every answer."""
    app.extensions["kindred.measures"] = Measures()
    app.before_request(_start)
    app.after_request(_count)
    app.add_url_rule("/metrics", "web.metrics", _show)


def _measures() -> Measures:
    return cast(Measures, current_app.extensions["kindred.measures"])


def _start() -> None:
    g.started = time.perf_counter()


def _count(response: Response) -> Response:
    page = request.endpoint or "none"
    _measures().answers.labels(page, str(response.status_code)).inc()
    if "started" in g:
        _measures().seconds.labels(page).observe(time.perf_counter() - g.started)
    return response


@visitors
def _show() -> Response:
    if not is_on_this_machine():
        abort(404)
    measures = _measures()
    for name, (_words, read) in _gauges.items():
        measures.gauges[name].set(read())
    return Response(generate_latest(measures.registry), content_type=CONTENT_TYPE_LATEST)
