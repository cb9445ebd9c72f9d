"""Contrast sentences: the same words in distress and in cruelty, from templates under the project's licence.

Half of the templates, chosen by a stable hash of the template, are never trained on: they measure.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from forum.screening.checkpoint.labels import LABELS, Row
from forum.screening.checkpoint.noise import roughen

FOLDER: Final = Path(__file__).with_name("contrast")
_SLOT: Final = re.compile(r"\{([a-z]+)\}")
_YOU: Final = {"s": "you", "o": "you", "p": "your", "r": "yourself", "are": "are", "were": "were"}
_I: Final = {"s": "I", "o": "me", "p": "my", "r": "myself", "are": "am", "were": "was"}
Slots = dict[str, tuple[str, ...]]
_HEAD: Final = re.compile(r"^\[(.+)\]$")


@dataclass(frozen=True, slots=True)
class Template:
    """One sentence with slots, its kind, whether it is aimed at people, and what it teaches."""

    text: str
    kind: str
    hostile: bool
    targets: tuple[float, ...]
    weights: tuple[float, ...]

    @property
    def held_back(self) -> bool:
        """Tell whether this template only measures."""
        return is_held_back(self.text)


def read_templates(folder: Path = FOLDER) -> tuple[Template, ...]:
    """Read `harmless.txt` and `hostile.txt`. Raises ValueError for a line outside any kind."""
    found: list[Template] = []
    for name in ("harmless", "hostile"):
        head = ""
        for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            heading = _HEAD.match(line)
            if heading:
                head = heading.group(1)
            elif not head:
                raise ValueError(f"{name}.txt: a template before the first kind")
            else:
                found.append(_template(line, head, hostile=name == "hostile"))
    return tuple(found)


def _template(text: str, head: str, *, hostile: bool) -> Template:
    kind, *said = (part.strip() for part in head.split("|"))
    values = dict.fromkeys(LABELS, "0") | {part.rsplit(" ", 1)[0]: part.rsplit(" ", 1)[1] for part in said}
    return Template(
        text=text,
        kind=kind,
        hostile=hostile,
        targets=tuple(0.0 if values[label] == "?" else float(values[label]) for label in LABELS),
        weights=tuple(0.0 if values[label] == "?" else 1.0 for label in LABELS),
    )


def read_slots(folder: Path = FOLDER) -> dict[str, tuple[str, ...]]:
    """Read the words that fill the slots."""
    slots: dict[str, tuple[str, ...]] = {}
    for line in (folder / "slots.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, words = line.split(":", 1)
            slots[name] = tuple(word.strip() for word in words.split("|"))
    return slots


def is_held_back(text: str) -> bool:
    """Tell whether a line only measures: the lowest bit of the SHA-256 of its text."""
    return bool(sha256(text.encode()).digest()[0] & 1)


def _read_charges(name: str, folder: Path = FOLDER) -> tuple[str, ...]:
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def charges(*, held_back: bool, folder: Path = FOLDER) -> dict[str, tuple[str, ...]]:
    """Give the slots `charge` (said to "you"), `mycharge` (the same said of oneself) and `groupcharge`."""
    personal = [one for one in _read_charges("charges.txt", folder) if is_held_back(one) == held_back]
    group = [one for one in _read_charges("groupcharges.txt", folder) if is_held_back(one) == held_back]
    return {
        "charge": tuple(_in_person(one, _YOU) for one in personal),
        "mycharge": tuple(_in_person(one, _I) for one in personal),
        "groupcharge": tuple(group),
    }


@cache
def charges_of(held_back: bool) -> Slots:
    """Give the charges of one half, read once."""
    return charges(held_back=held_back)


def _in_person(charge: str, words: dict[str, str]) -> str:
    return _SLOT.sub(lambda slot: words.get(slot.group(1), slot.group()), charge)


def fill(template: Template, slots: Slots, chance: random.Random) -> str:
    """Fill every slot of a template by chance, and the slots inside what filled it.

    Charges come from the half that the template itself belongs to.
    """
    own = slots | charges_of(template.held_back)
    text = template.text
    for _ in range(2):
        text = _SLOT.sub(lambda slot: chance.choice(own[slot.group(1)]), text)
    text = re.sub(r"\s+([.,!?])", r"\1", text).strip()
    return text[:1].upper() + text[1:] if template.text.startswith("{") and chance.random() < 0.5 else text


def sentences(templates: tuple[Template, ...], each: int, chance: random.Random) -> Iterator[Row]:
    """Give `each` differently filled and roughened sentences of every template; fewer without slots."""
    slots = read_slots()
    for template in templates:
        times = (
            each * (3 if "charge}" in template.text else 1)
            if _SLOT.search(template.text)
            else max(4, each // 3)
        )
        for _ in range(times):
            text = fill(template, slots, chance)
            yield Row(roughen(text, chance), template.targets, template.weights)


def posts(
    templates: tuple[Template, ...], plain: list[str], number: int, chance: random.Random
) -> Iterator[Row]:
    """Give `number` posts of two to fourteen sentences: half harmless throughout, half with cruelty inside.

    `plain` are clean sentences of other people, mixed in so that a post is more than templates.
    """
    slots = read_slots()
    harmless = tuple(one for one in templates if not one.hostile)
    hostile = tuple(one for one in templates if one.hostile)
    for turn in range(number):
        chosen = [chance.choice(harmless) for _ in range(chance.randint(1, 12))]
        cruel = [chance.choice(hostile) for _ in range(chance.choice((1, 1, 2)))] if turn % 2 else []
        parts = [fill(one, slots, chance) for one in chosen]
        parts += [chance.choice(plain) for _ in range(chance.choice((0, 0, 1, 2)))] if plain else []
        chance.shuffle(parts)
        for one in cruel:
            parts.insert(chance.randint(0, len(parts)), fill(one, slots, chance))
        targets, weights = _worst(cruel or chosen)
        yield Row(roughen(_joined(parts, chance), chance), targets, weights)


def _worst(parts: list[Template]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Take the highest of each label; one untaught part leaves it untaught unless another is sure."""
    targets = tuple(max(column) for column in zip(*(one.targets for one in parts), strict=True))
    least = tuple(min(column) for column in zip(*(one.weights for one in parts), strict=True))
    weights = tuple(1.0 if high >= 0.9 else low for high, low in zip(targets, least, strict=True))
    return targets, weights


def _joined(parts: list[str], chance: random.Random) -> str:
    stop = chance.choice((". ", ". ", ".\n", " ", "\n\n", "... "))
    return "".join(part + (" " if part[-1:] in ".?!" else stop) for part in parts).strip()
