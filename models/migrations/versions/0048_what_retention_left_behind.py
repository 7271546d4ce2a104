"""What a round of retention had to leave behind is on record, so that the next one need not walk past it."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_waiting",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "of", "row_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "kind"], ["retention_rule.tenant_id", "retention_rule.kind"], ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    op.execute("UPDATE retention_rule SET reached = '{}'")  # walked anew: what waited stands behind it
    op.drop_table("retention_waiting")
