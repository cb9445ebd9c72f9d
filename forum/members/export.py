"""Everything that the forum keeps for a member, in one piece: for machines and for people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from forum.members import pseudonyms, recovery, registry, second_factor, sessions
from forum.members.vault import OpenVault
from forum.storage.clock import day_of

SECRETS = {sessions.KIND, second_factor.OBJECT, second_factor.PENDING, recovery.OBJECT}
"""Kinds and objects that would open doors: sessions, second factor, recovery code. They are left out."""


def of_member(vault: OpenVault, now: datetime) -> dict[str, Any]:
    """What is kept for the member of an open vault, as plain data."""
    lists, objects = vault.everything()
    kept = {
        kind: {name: data for name, data in found.items() if name not in SECRETS}
        for kind, found in objects.items()
    }
    return {
        "made on": day_of(now).isoformat(),
        "names": [
            {"name": own.name, "first used in circle": own.circle_id, "retired": own.retired}
            for own in pseudonyms.ring(vault)
        ],
        "your own lists": {kind: data for kind, data in lists.items() if kind not in SECRETS},
        "kept about single things": {kind: found for kind, found in kept.items() if found},
        **{name: act(vault) for name, act in sorted(registry.exporters.items())},
    }
