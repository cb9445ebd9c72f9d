"""Badges of peer supporters

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
    op.create_table(
        "badge",
        sa.Column("pseudonym_id", sa.String(length=22), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym_id", name=op.f("pk_badge")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_badge_until"), "badge", ["until"])


def downgrade() -> None:
    op.drop_index(op.f("ix_badge_until"), table_name="badge")
    op.drop_table("badge")
