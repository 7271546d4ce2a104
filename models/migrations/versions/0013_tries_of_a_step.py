"""Several tries of one execution at one step: a chain of providers, or an LLM that is told of its mistake."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TRY = ["turn_id", "step", "attempt"]


def upgrade() -> None:
    op.add_column("completion", sa.Column("number", sa.Integer(), server_default="0", nullable=False))
    op.add_column("completion", sa.Column("instead_of", sa.Text(), server_default="", nullable=False))
    op.add_column("completion", sa.Column("price_version", sa.Text(), server_default="", nullable=False))
    op.drop_constraint("completion_turn_id_step_attempt_key", "completion")
    op.create_unique_constraint("completion_turn_id_step_attempt_number_key", "completion", [*_TRY, "number"])
    op.add_column("budget_hold", sa.Column("number", sa.Integer(), server_default="0", nullable=False))
    op.drop_constraint("budget_hold_pkey", "budget_hold")
    op.create_primary_key("budget_hold_pkey", "budget_hold", [*_TRY, "number"])


def downgrade() -> None:
    op.execute("DELETE FROM budget_hold WHERE number > 0")
    op.drop_constraint("budget_hold_pkey", "budget_hold")
    op.create_primary_key("budget_hold_pkey", "budget_hold", _TRY)
    op.drop_column("budget_hold", "number")
    op.execute("DELETE FROM completion WHERE number > 0")
    op.drop_constraint("completion_turn_id_step_attempt_number_key", "completion")
    op.create_unique_constraint("completion_turn_id_step_attempt_key", "completion", _TRY)
    for column in ("price_version", "instead_of", "number"):
        op.drop_column("completion", column)
