"""Goals with their steps and obstacles. They lie in the member's vault and nowhere else.

One entry of the vault is one goal. Every change is a function of what lies there, so two tabs do not
overwrite each other; what a form adds carries the form's own key, so that sending it twice adds it once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forum.members.vault import OpenVault
from forum.storage.clock import day_of

KIND = "goal"
MOST_GOALS = 40
MOST_STEPS = 30
MOST_OBSTACLES = 10
LONGEST_NAME = 200
LONGEST_STEP = 300
LONGEST_PART = 200
"""Characters. With all of them at four bytes each, a goal stays below the largest entry of a vault."""

Data = dict[str, Any]


class NotThere(Exception):
    """The goal, step or obstacle is not in this vault, or not any more."""


class Full(Exception):
    """There is no room for one more; what is there can be let go."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `before` and `after` say how doable it felt, 0 to 10; `state` is open, done or aside."""

    id: str
    text: str
    before: int | None
    after: int | None
    state: str
    draft: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """If this gets in the way, then that."""

    id: str
    hindrance: str
    answer: str


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal. `touched` is the day of its last step, `rests` whether its owner let it rest."""

    number: int
    name: str
    touched: date
    rests: bool
    steps: tuple[Step, ...]
    obstacles: tuple[Obstacle, ...]

    def steps_in(self, state: str) -> list[Step]:
        """The steps that are open, done or aside."""
        return [step for step in self.steps if step.state == state]


def listed(vault: OpenVault) -> list[Goal]:
    """Every goal, in the order in which they were written down."""
    return [_goal(entry.counter, entry.data) for entry in vault.entries(KIND)]


def find(vault: OpenVault, number: int) -> Goal:
    """One goal. Raises `NotThere`."""
    for goal in listed(vault):
        if goal.number == number:
            return goal
    raise NotThere


def begin(vault: OpenVault, key: str, name: str, now: datetime) -> int:
    """Write a goal down and return its number; the same form answers with the same goal. Raises `Full`."""
    vault.lock_turn()
    entries = vault.entries(KIND)
    for entry in entries:
        if entry.data["id"] == key:
            return entry.counter
    if len(entries) >= MOST_GOALS:
        raise Full
    data = {"id": key, "name": name, "touched": day_of(now).toordinal(), "steps": [], "obstacles": []}
    return vault.add(KIND, data)


def add_step(vault: OpenVault, number: int, key: str, text: str, before: int | None, now: datetime) -> None:
    """Add a step; a goal that rested is awake again. Raises `NotThere`, `Full`."""

    def add(data: Data) -> Data:
        if any(step["id"] == key for step in data["steps"]):
            return data
        if len(data["steps"]) >= MOST_STEPS:
            raise Full
        step = {"id": key, "text": text, "before": before, "state": "open"}
        return _touched({**data, "rests": False, "steps": [*data["steps"], step]}, now)

    _change(vault, number, add)


def change_step(vault: OpenVault, number: int, step_id: str, text: str, before: int | None) -> None:
    """Change an open step, most likely to a smaller one. Raises `NotThere`."""
    _change_step(vault, number, step_id, lambda step: {**step, "text": text, "before": before})


def finish_step(vault: OpenVault, number: int, step_id: str, after: int | None, now: datetime) -> None:
    """A step is done; `after` is how doable the next one feels. Raises `NotThere`."""
    done = {"state": "done", "after": after}
    _change_step(vault, number, step_id, lambda step: {**step, **done}, now, ("open", "done"))


def set_aside(vault: OpenVault, number: int, step_id: str, now: datetime) -> None:
    """A step was not for now. It is kept out of sight, and is no failure. Raises `NotThere`."""
    _change_step(vault, number, step_id, lambda step: {**step, "state": "aside"}, now, ("open", "aside"))


def remember_draft(vault: OpenVault, number: int, step_id: str, draft_id: str) -> None:
    """Keep which draft of a celebration belongs to a step, so that asking twice leads to the same one."""
    _change_step(vault, number, step_id, lambda step: {**step, "draft": draft_id}, states=("done",))


def foresee(vault: OpenVault, number: int, key: str, hindrance: str, answer: str) -> None:
    """Add an obstacle and what to do then. Raises `NotThere`, `Full`."""

    def add(data: Data) -> Data:
        if any(obstacle["id"] == key for obstacle in data["obstacles"]):
            return data
        if len(data["obstacles"]) >= MOST_OBSTACLES:
            raise Full
        obstacle = {"id": key, "if": hindrance, "then": answer}
        return {**data, "obstacles": [*data["obstacles"], obstacle]}

    _change(vault, number, add)


def drop_obstacle(vault: OpenVault, number: int, obstacle_id: str) -> None:
    """Strike an obstacle out. Raises `NotThere`."""

    def drop(data: Data) -> Data:
        return {**data, "obstacles": [one for one in data["obstacles"] if one["id"] != obstacle_id]}

    _change(vault, number, drop)


def rest(vault: OpenVault, number: int, *, rests: bool, now: datetime) -> None:
    """Let a goal rest, or take it up again. Raises `NotThere`."""
    _change(vault, number, lambda data: _touched({**data, "rests": rests}, now))


def let_go(vault: OpenVault, number: int) -> None:
    """Throw a goal away with everything in it. Raises `NotThere`."""
    if not vault.change(KIND, number, lambda _old: None):
        raise NotThere


def _change(vault: OpenVault, number: int, update: Callable[[Data], Data]) -> None:
    find(vault, number)
    if not vault.change(KIND, number, update):
        raise NotThere


def _change_step(
    vault: OpenVault,
    number: int,
    step_id: str,
    update: Callable[[Data], Data],
    now: datetime | None = None,
    states: tuple[str, ...] = ("open",),
) -> None:
    def change(data: Data) -> Data:
        if not any(step["id"] == step_id and step["state"] in states for step in data["steps"]):
            raise NotThere
        steps = [update(step) if step["id"] == step_id else step for step in data["steps"]]
        return _touched({**data, "steps": steps}, now) if now else {**data, "steps": steps}

    _change(vault, number, change)


def _touched(data: Data, now: datetime) -> Data:
    return {**data, "touched": day_of(now).toordinal()}


def _goal(number: int, data: Data) -> Goal:
    return Goal(
        number=number,
        name=data["name"],
        touched=date.fromordinal(data["touched"]),
        rests=bool(data.get("rests")),
        steps=tuple(
            Step(one["id"], one["text"], one["before"], one.get("after"), one["state"], one.get("draft", ""))
            for one in data["steps"]
        ),
        obstacles=tuple(Obstacle(one["id"], one["if"], one["then"]) for one in data["obstacles"]),
    )
