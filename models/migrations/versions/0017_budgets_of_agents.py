"""Budgets of an agent, limits in reais, and the dollar's rate of each day."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("budget_kind_known", "budget")
    op.create_check_constraint(
        "budget_kind_known", "budget", "kind IN ('agent_day', 'agent_month', 'day', 'month', 'person_day')"
    )
    op.add_column("budget", sa.Column("rate", sa.Numeric(18, 9), nullable=True))
    op.add_column("budget_hold", sa.Column("agent", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "dollar_rate",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("brl_per_usd", sa.Numeric(18, 9), nullable=False),
        sa.Column("quoted_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("brl_per_usd > 0", name="dollar_rate_positive"),
    )


def downgrade() -> None:
    op.drop_table("dollar_rate")
    op.drop_column("budget_hold", "agent")
    op.drop_column("budget", "rate")
    op.execute("DELETE FROM budget WHERE kind LIKE 'agent%'")
    op.drop_constraint("budget_kind_known", "budget")
    op.create_check_constraint("budget_kind_known", "budget", "kind IN ('day', 'month', 'person_day')")
