"""For how long each company keeps what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_KINDS = ("requests", "conversations", "files", "memory", "facts", "changes", "discounts")


def upgrade() -> None:
    op.create_table(
        "retention_rule",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("reached", JSONB(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"kind IN {_KINDS!r}", name="retention_rule_kind_known"),
        sa.CheckConstraint("days > 0", name="retention_rule_days_count"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "kind"),
    )


def downgrade() -> None:
    op.drop_table("retention_rule")
