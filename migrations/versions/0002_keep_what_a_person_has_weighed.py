"""Keep what a person has weighed

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("review", sa.Column("weighed", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it away in place: rebuilding the table would lose that it has no row ids."""
    op.execute("ALTER TABLE review DROP COLUMN weighed")
