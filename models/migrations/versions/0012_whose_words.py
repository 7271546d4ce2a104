"""Whose words a turn was made of: what third parties said stays third-party words in every later prompt."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("turn", sa.Column("taint", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("turn", "taint")
