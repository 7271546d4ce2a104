"""Requests for a discount, and what a manager said to them."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_STATUSES = ("waiting", "approved", "refused", "withdrawn")


def _words(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Text(), server_default="", nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "discount_request",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "tenant_id")),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        *_words("address"),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        *_words("person", "customer", "subject"),
        sa.Column("percent", sa.Numeric(5, 2), nullable=False),
        *_words("reason", "language"),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        *_words("ruled_by"),
        sa.Column("ruled_in", sa.Uuid(), nullable=True),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"status IN {_STATUSES!r}", name="discount_request_status_known"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "number", name="discount_request_numbered"),
    )


def downgrade() -> None:
    op.drop_table("discount_request")
