"""The pages of the desk, and the few that members and visitors see of it."""

from forum.moderation.views.desk import desk

__all__ = ["desk"]
