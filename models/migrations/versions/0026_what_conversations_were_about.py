"""Summaries of conversations, and which turns memory has taken in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "summary",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("covers_from", sa.BigInteger(), nullable=False),
        sa.Column("covers_up_to", sa.BigInteger(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.Column("prose", sa.Text(), server_default="", nullable=False),
        sa.Column("prose_up_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("prose_by", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id", "sender"),
    )
    op.create_index("ix_summary_tenant_id", "summary", ["tenant_id"])
    op.create_table(
        "remembered_turn",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contact_id", "number"),
        sa.UniqueConstraint("turn_id"),
    )
    op.create_index("remembered_on", "remembered_turn", ["contact_id", "said_on"])
    op.add_column("turn", sa.Column("remembered_at", sa.DateTime(timezone=True), nullable=True))
    due = sa.text("remembered_at IS NULL AND status = 'settled'")
    op.create_index("turn_unremembered", "turn", ["conversation_id", "number"], postgresql_where=due)


def downgrade() -> None:
    op.drop_index("turn_unremembered", "turn")
    op.drop_column("turn", "remembered_at")
    op.drop_table("remembered_turn")
    op.drop_table("summary")
