"""Names that members write under. Which are one's own stands in the open vault and nowhere else."""

from __future__ import annotations

import secrets
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select

from forum import content
from forum.members.models import Pseudonym
from forum.members.rules import fault_of_name, fold_name, tidy_name
from forum.members.vault import OpenVault
from forum.storage.database import db
from forum.storage.types import new_id

KIND = "name"
CHOICE = "name in circle"
WORDS = Path(content.__file__).with_name("names.toml")
OFFERS = 12


class NameTaken(Exception):
    """Somebody already writes under this name, or under one that looks like it."""


class NameRefused(Exception):
    """A name that cannot be taken; the message says why, for the person who typed it."""


@dataclass(frozen=True, slots=True)
class OwnName:
    """One of one's own names. `circle_id` is where it was first used."""

    id: str
    name: str
    circle_id: str | None
    retired: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """The name that a text goes under."""

    pseudonym_id: str
    name: str
    is_new: bool


def ring(vault: OpenVault) -> list[OwnName]:
    """All of one's own names, the retired ones too."""
    return [
        OwnName(e.data["id"], e.data["name"], e.data.get("circle"), bool(e.data.get("retired")))
        for e in vault.entries(KIND)
    ]


def offer(_circle_id: str) -> str:
    """Two plain words that nobody writes under, in any circle."""
    adjectives, nouns = _words()
    pairs = [f"{secrets.choice(adjectives)} {secrets.choice(nouns)}" for _turn in range(OFFERS)]
    fresh = [name for name in pairs if len(set(name.split())) == 2]
    taken = set(
        db.session.scalars(select(Pseudonym.folded).where(Pseudonym.folded.in_(map(fold_name, fresh))))
    )
    return next((name for name in fresh if fold_name(name) not in taken), fresh[0] if fresh else pairs[0])


def choose(vault: OpenVault, circle_id: str, typed: str) -> Chosen:
    """The name for a text: one of one's own, or a new one, which joins the ring.

    Inside the transaction that writes the text; only inserts. Raises `NameTaken`, `NameRefused`.
    """
    name = tidy_name(typed)
    folded = fold_name(name)
    for own in ring(vault):
        if fold_name(own.name) == folded:
            if own.retired:
                raise NameRefused(_("You have retired this name. Please take another one."))
            return Chosen(own.id, own.name, False)
    fault = fault_of_name(name)
    if fault:
        raise NameRefused(refusal_of(fault))
    if db.session.scalar(select(Pseudonym.id).where(Pseudonym.folded == folded)):
        raise NameTaken
    row = Pseudonym(id=new_id(), name=name, folded=folded)
    db.session.add(row)
    db.session.flush()
    vault.add(KIND, {"id": row.id, "name": name, "circle": circle_id})
    return Chosen(row.id, name, True)


def remembered(vault: OpenVault, circle_id: str) -> str | None:
    """The name that was last chosen in a circle, unless it is retired."""
    kept = vault.about(CHOICE, circle_id)
    if not kept:
        return None
    folded = fold_name(kept["name"])
    return next((own.name for own in ring(vault) if fold_name(own.name) == folded and not own.retired), None)


def remember(vault: OpenVault, circle_id: str, name: str) -> None:
    """Keep the choice for a circle. Never in the transaction that writes a text."""
    kept = vault.about(CHOICE, circle_id)
    if tidy_name(name) and (kept or {}).get("name") != tidy_name(name):
        vault.put_about(CHOICE, circle_id, {"name": tidy_name(name)})


def retire(vault: OpenVault, pseudonym_id: str) -> bool:
    """Put a name away: it stays one's own, and is offered no more. Returns whether it was one's own."""
    for entry in vault.entries(KIND):
        if entry.data["id"] == pseudonym_id:
            return vault.change(KIND, entry.counter, lambda old: {**old, "retired": True})
    return False


def refusal_of(fault: str) -> str:
    """Why a name cannot be taken, in words; `fault` is a word of `rules.fault_of_name`."""
    return str(
        {
            "length": _("A name has 3 to 30 characters."),
            "signs": _("Please use letters, digits, spaces and plain signs only."),
            "address": _("This looks like an address. Please take a name that leads to nobody."),
            "number": _("This looks like a number that belongs to somebody. Please take another name."),
        }[fault]
    )


@cache
def _words() -> tuple[list[str], list[str]]:
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    return words["adjectives"], words["nouns"]
