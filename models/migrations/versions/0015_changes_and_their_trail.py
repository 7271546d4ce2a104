"""Changes that people are asked about, the trail of what became of them, and notes and tasks of our own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_STATUSES = ("open", "rejected", "confirmed", "applied", "failed", "unknown", "undoing", "undone")


def _words(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Text(), server_default="", nullable=False) for name in names]


def _moment(name: str, *, is_now: bool = False, nullable: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if is_now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "proposal",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "tenant_id", "conversation_id", "turn_id")),
        *_words("call_key", "address", "person", "tool"),
        sa.Column("arguments", postgresql.JSONB(), nullable=False),
        *_words("words", "language", "digest"),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("decided_in", sa.Uuid(), nullable=True),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        _moment("created_at", is_now=True),
        _moment("expires_at", is_now=True),
        _moment("applied_at", nullable=True),
        sa.CheckConstraint(f"status IN {_STATUSES!r}", name="proposal_status_known"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("turn_id", "call_key", name="proposal_asked_once"),
    )
    op.create_index("ix_proposal_tenant_id", "proposal", ["tenant_id"])
    op.create_index("proposal_of_conversation", "proposal", ["conversation_id", "created_at"])
    op.create_table(
        "audit",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "tenant_id", "proposal_id")),
        *_words("event", "address", "person", "words"),
        sa.Column("detail", postgresql.JSONB(), nullable=True),
        _moment("at", is_now=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_of_tenant", "audit", ["tenant_id", "at"])
    op.create_table(
        "crm_entry",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "tenant_id")),
        *_words("write_key"),
        sa.Column("kind", sa.Text(), nullable=False),
        *_words("customer", "text"),
        sa.Column("due_on", sa.Date(), nullable=True),
        *_words("written_by"),
        _moment("created_at", is_now=True),
        _moment("removed_at", nullable=True),
        sa.CheckConstraint("kind IN ('note', 'task')", name="crm_entry_kind_known"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "write_key", name="crm_entry_written_once"),
    )


def downgrade() -> None:
    op.drop_table("crm_entry")
    op.drop_table("audit")
    op.drop_table("proposal")
