"""Every address of the program with every method, arguments filled in with ids that nobody has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
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
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """What each argument may be: every word of a fixed choice, else one value that nobody has."""

    @property
    def arguments(self) -> set[str]:
        """The names of what the rule takes."""
        return set(self.choices)

    def paths(self, name: str) -> list[str]:
        """The address with `{}` for one argument, once for each word that another one may be."""
        others = [other for other in self.choices if other != name]
        made = []
        for values in product(*(self.choices[other] for other in others)):
            path = self.rule.replace(f"<{name}>", "{}")
            for other, value in zip(others, values, strict=True):
                path = path.replace(f"<{other}>", value)
            made.append(path)
        return made

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
        choices = {name: _choices(converter) for name, converter in rule._converters.items()}
        yield Door(access, method, _plain(rule), _filled(app, rule), choices)


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


def _choices(converter: BaseConverter) -> tuple[str, ...]:
    if isinstance(converter, AnyConverter):
        return tuple(sorted(converter.items))
    return (str(_value(converter)),)


def _filled(app: Flask, rule: Rule) -> str:
    converters = rule._converters
    values = {name: _value(converter) for name, converter in converters.items()}
    with app.test_request_context():
        built = rule.build(values)
    assert built is not None
    return built[1]
