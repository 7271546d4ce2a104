"""Summaries that an LLM is to write: when, and of how much it was asked before."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("summary", sa.Column("prose_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("summary", sa.Column("prose_tried_up_to", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index(
        "summary_prose_due", "summary", ["prose_due_at"], postgresql_where=sa.text("prose_due_at IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("summary_prose_due", "summary")
    op.drop_column("summary", "prose_tried_up_to")
    op.drop_column("summary", "prose_due_at")
