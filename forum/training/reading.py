"""How far a member has come with the modules. It lies in their vault, and no moderator sees it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from forum.members.vault import OpenVault
from forum.training import rules
from forum.training.modules import IDS, Module

KIND = "training"


def chosen(vault: OpenVault, module: Module) -> list[int | None]:
    """The answers chosen last, one for each scenario; None where none was chosen yet."""
    kept = (vault.about(KIND, module.id) or {}).get("answers", [])
    return [*kept, *[None] * len(module.scenarios)][: len(module.scenarios)]


def choose(vault: OpenVault, module: Module, answers: Sequence[int | None], today: date) -> None:
    """Keep the chosen answers. A module that is done stays done, whatever is tried out afterwards."""
    right = [
        next(place for place, answer in enumerate(scenario.answers) if answer.right)
        for scenario in module.scenarios
    ]
    kept = vault.about(KIND, module.id) or {}
    done = rules.quarter_of(today) if rules.is_right(answers, right) else kept.get("done", "")
    vault.put_about(KIND, module.id, {"answers": list(answers), "done": done})


def done(vault: OpenVault) -> dict[str, str]:
    """The modules that are done, each with the quarter in which it was done last. One statement."""
    vault.preload((), [(KIND, module_id) for module_id in IDS])
    kept = {module_id: (vault.about(KIND, module_id) or {}).get("done", "") for module_id in IDS}
    return {module_id: quarter for module_id, quarter in kept.items() if quarter}


def is_trained(vault: OpenVault) -> bool:
    """Whether every module is done."""
    return rules.is_trained(done(vault), IDS)


def is_refreshed(vault: OpenVault, today: date) -> bool:
    """Whether what belongs to a renewal was read again in this quarter."""
    known = done(vault)
    return all(known.get(module_id) == rules.quarter_of(today) for module_id in rules.RENEWED)
