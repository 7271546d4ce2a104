"""The place of a fact in the list that she is shown: one that replaced another stands where that one stood."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fact", sa.Column("place", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("fact", "place")
