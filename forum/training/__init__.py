"""Peer supporters: twelve modules, a story that a moderator reads, a badge by choice, their desk."""
