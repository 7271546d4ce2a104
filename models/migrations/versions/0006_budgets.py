"""What may be spent on LLMs: the books of each budget, and what is held back for calls under way."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _money(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Numeric(18, 9), server_default="0", nullable=False)


def upgrade() -> None:
    op.create_table(
        "budget",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        _money("spent"),
        _money("reserved"),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('day', 'month', 'person_day')", name="budget_kind_known"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "subject", "begins_on"),
    )
    op.create_table(
        "budget_hold",
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        _money("amount"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id", "step", "attempt"),
    )
    op.create_index("ix_budget_hold_tenant_id", "budget_hold", ["tenant_id"])


def downgrade() -> None:
    op.drop_table("budget_hold")
    op.drop_table("budget")
