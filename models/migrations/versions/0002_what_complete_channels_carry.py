"""What complete channels carry: files, subjects, threads, drafts, and people who take over."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("storage_key", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("transcript", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('pending', 'stored', 'failed', 'deleted')", name="media_status_known"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id", "number"),
    )
    op.create_index(op.f("ix_media_tenant_id"), "media", ["tenant_id"], unique=False)
    op.add_column("conversation", sa.Column("held_by", sa.Text(), nullable=True))
    op.add_column("conversation", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversation", sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("subject", sa.Text(), server_default="", nullable=False))
    op.add_column("message", sa.Column("aside", sa.Text(), server_default="", nullable=False))
    op.add_column("message", sa.Column("quotes", sa.Text(), server_default="", nullable=False))
    op.add_column("message", sa.Column("follows", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("message", sa.Column("is_forwarded", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("message", sa.Column("is_verified", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("message", sa.Column("unanswerable", sa.Text(), server_default="", nullable=False))
    op.drop_index(op.f("message_pending"), table_name="message", postgresql_where="(turn_id IS NULL)")
    op.create_index(
        "message_waiting",
        "message",
        ["conversation_id", "seq"],
        unique=False,
        postgresql_where="turn_id IS NULL AND unanswerable = ''",
    )
    op.add_column("outbox", sa.Column("extra", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.drop_constraint("outbox_status_known", "outbox", type_="check")
    op.create_check_constraint(
        "outbox_status_known",
        "outbox",
        "status IN ('draft', 'pending', 'sending', 'unknown', 'sent', 'delivered', 'read', 'failed', 'held', 'rejected')",
    )


def downgrade() -> None:
    op.drop_constraint("outbox_status_known", "outbox", type_="check")
    op.create_check_constraint(
        "outbox_status_known",
        "outbox",
        "status IN ('pending', 'sending', 'unknown', 'sent', 'delivered', 'read', 'failed', 'held')",
    )
    op.drop_column("outbox", "extra")
    op.drop_index("message_waiting", table_name="message", postgresql_where="turn_id IS NULL AND unanswerable = ''")
    op.create_index(
        op.f("message_pending"),
        "message",
        ["conversation_id", "seq"],
        unique=False,
        postgresql_where="(turn_id IS NULL)",
    )
    op.drop_column("message", "unanswerable")
    op.drop_column("message", "is_verified")
    op.drop_column("message", "is_forwarded")
    op.drop_column("message", "follows")
    op.drop_column("message", "quotes")
    op.drop_column("message", "aside")
    op.drop_column("message", "subject")
    op.drop_column("conversation", "wanted_at")
    op.drop_column("conversation", "held_at")
    op.drop_column("conversation", "held_by")
    op.drop_index(op.f("ix_media_tenant_id"), table_name="media")
    op.drop_table("media")
