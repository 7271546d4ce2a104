"""Who met a neighbour's silence last: one question that is too much for an LLM is not the LLM's silence."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rest", sa.Column("failed_with", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("rest", "failed_with")
