"""Cut the texts of the search index anew: words of titles are marked, beginnings of words are kept

Revision ID: 0005
Revises: 0001
"""

from __future__ import annotations

from alembic import op

from forum.search import index

revision = '0005'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    index.cut_anew(op.get_bind())


def downgrade() -> None:
    """What came in addition is passed over by an older program."""
