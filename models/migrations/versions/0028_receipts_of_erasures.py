"""Receipts of erasures: when, by whom, how much, and nothing of whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Text(), server_default="", nullable=False),
        sa.Column("pseudonym", sa.Text(), server_default="", nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("pending", postgresql.JSONB(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_erasure_tenant_id", "erasure", ["tenant_id"])


def downgrade() -> None:
    op.drop_table("erasure")
