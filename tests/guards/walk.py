"""Every address of the program with every method, arguments filled in with ids that nobody has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

from forum.storage.types import new_id

TABLE = Path(__file__).with_name("routes.txt")
ROLES = ("visitor", "member", "staff", "lead")


@dataclass(frozen=True, slots=True)
class Door:
    """One rule with one method, and who may use it."""

    access: str
    method: str
    rule: str
    path: str

    @property
    def line(self) -> str:
        """The line of the table."""
        return f"{self.access} {self.method} {self.rule}"


def doors(app: Flask) -> list[Door]:
    """Every way in but the static files, which are the same for everybody."""
    found = [
        door for rule in app.url_map.iter_rules() if rule.endpoint != "static" for door in _of(app, rule)
    ]
    return sorted(found, key=lambda door: (door.rule, door.method))


def _of(app: Flask, rule: Rule) -> Iterator[Door]:
    access = getattr(app.view_functions[rule.endpoint], "access", "UNLISTED")
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        yield Door(access, method, _plain(rule), _filled(app, rule))


def _plain(rule: Rule) -> str:
    """The rule with the names of its arguments only."""
    path = rule.rule
    for name in rule.arguments:
        start = path.rindex("<", 0, path.index(f"{name}>"))
        path = path[:start] + f"<{name}>" + path[path.index(f"{name}>") + len(name) + 1 :]
    return path


def _value(converter: BaseConverter) -> str | int:
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return 7 if isinstance(converter, IntegerConverter) else new_id()


def _filled(app: Flask, rule: Rule) -> str:
    converters = rule._converters
    values = {name: _value(converter) for name, converter in converters.items()}
    with app.test_request_context():
        built = rule.build(values)
    assert built is not None
    return built[1]
