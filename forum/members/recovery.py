"""A recovery code that its member has not yet written down: it waits in the vault until they say so."""

from __future__ import annotations

from dataclasses import dataclass, field

from forum.members.vault import OpenVault

KIND, OBJECT = "recovery", "code"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A code to be written down, and what comes after it: a page, or the words of a form to be sent there."""

    code: str
    goes_on: str
    words: list[tuple[str, str]] = field(default_factory=list)


def keep(vault: OpenVault, code: str, goes_on: str, words: list[tuple[str, str]] | None = None) -> None:
    """Show a code until it is written down. Never in a transaction that changes the member's row."""
    vault.put_about(KIND, OBJECT, {"code": code, "goes_on": goes_on, "words": words or []})


def waiting(vault: OpenVault) -> Waiting | None:
    """The code that waits to be written down."""
    kept = vault.about(KIND, OBJECT)
    if not kept:
        return None
    words = [(str(name), str(text)) for name, text in kept.get("words", [])]
    return Waiting(kept["code"], kept["goes_on"], words)


def written_down(vault: OpenVault) -> Waiting | None:
    """Let the code go for good. Returns what comes after it, or None where none waited."""
    found = waiting(vault)
    vault.put_about(KIND, OBJECT, None)
    return found
