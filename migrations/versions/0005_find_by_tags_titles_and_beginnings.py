"""Find threads by a tag, and texts by words of titles and beginnings of words, without reading on

Revision ID: 0005
Revises: 0003
"""

from __future__ import annotations

from alembic import op

from forum.search import index

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


LISTS = ["circle_id", "latest", "thread_id"]


def upgrade() -> None:
    make_index([*LISTS, "kind", "answers", "topics"])
    index.cut_anew(op.get_bind())


def downgrade() -> None:
    """What the search index has in addition is passed over by an older program."""
    make_index(LISTS)


def make_index(columns: list[str]) -> None:
    op.drop_index("ix_published_thread_latest", table_name="published_thread")
    op.create_index("ix_published_thread_latest", "published_thread", columns)
