"""A recovery code that its member has not yet written down: it waits in the vault until they say so."""

from __future__ import annotations

from dataclasses import dataclass

from forum.members.vault import OpenVault

KIND, OBJECT = "recovery", "code"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A code to be written down, and the page that comes after it."""

    code: str
    goes_on: str


def keep(vault: OpenVault, code: str, goes_on: str) -> None:
    """Show a code until it is written down. Never in a transaction that changes the member's row."""
    vault.put_about(KIND, OBJECT, {"code": code, "goes_on": goes_on})


def waiting(vault: OpenVault) -> Waiting | None:
    """The code that waits to be written down."""
    kept = vault.about(KIND, OBJECT)
    return Waiting(kept["code"], kept["goes_on"]) if kept else None


def written_down(vault: OpenVault) -> str | None:
    """Let the code go for good. Returns the page that comes after it, or None where none waited."""
    found = waiting(vault)
    vault.put_about(KIND, OBJECT, None)
    return found.goes_on if found else None
