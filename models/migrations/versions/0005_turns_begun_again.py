"""Turns that a person had begun again, and the list of those that ended badly."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("turn", sa.Column("replays", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "turn_ended_badly",
        "turn",
        ["tenant_id", "frozen_at"],
        postgresql_where="outcome IN ('apologised', 'fenced', 'confirmed')",
    )


def downgrade() -> None:
    op.drop_index("turn_ended_badly", table_name="turn")
    op.drop_column("turn", "replays")
