"""Answers that are given again, and turns that wait for one."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cached_answer",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.Uuid(), nullable=True),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.Column("taint", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leader_id", sa.Uuid(), nullable=True),
        sa.Column("leader_fence", sa.BigInteger(), nullable=True),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["leader_id"], ["conversation.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("tenant_id", "key"),
    )
    op.create_index("cached_answer_of_turn", "cached_answer", ["turn_id"])
    op.create_index("cached_answer_led", "cached_answer", ["leader_id"])
    op.create_index("cached_answer_old", "cached_answer", ["touched_at"])
    op.create_table(
        "awaited_answer",
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id"),
    )
    op.create_index("awaited_answer_key", "awaited_answer", ["tenant_id", "key"])
    op.create_index("awaited_answer_of_conversation", "awaited_answer", ["conversation_id"])
    op.add_column("run", sa.Column("cached_from", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("run", "cached_from")
    op.drop_table("awaited_answer")
    op.drop_table("cached_answer")
