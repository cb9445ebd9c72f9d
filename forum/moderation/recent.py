"""What a moderator decided last, in order: kept in their own vault, as the log has no order within a day."""

from __future__ import annotations

from forum.members.vault import OpenVault

PLACE = ("desk", "recent")
KEPT = 10


def remember(vault: OpenVault, decision_id: str) -> None:
    """Put a decision in front of those before."""
    kept = [one for one in ids(vault) if one != decision_id]
    vault.put_about(*PLACE, {"decisions": [decision_id, *kept][:KEPT]})


def ids(vault: OpenVault) -> list[str]:
    """The ids of one's last decisions, the latest first."""
    return list((vault.about(*PLACE) or {}).get("decisions", []))
