"""How long reviews are in hand

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hand_count",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(length=8), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "lane", "minutes", name=op.f("pk_hand_count")),
        sqlite_with_rowid=False,
    )
    op.add_column("review", sa.Column("claimed_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("review", "claimed_at")  # not in a batch: a table made anew would keep the order of its rows
    op.drop_table("hand_count")
