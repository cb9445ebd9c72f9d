"""Changes of roles go into the log."""

from __future__ import annotations

from forum.members import registry
from forum.moderation import log

registry.tell_role_changes(lambda by, act, staff_id, day: log.append(by, act, "staff", staff_id, day))
