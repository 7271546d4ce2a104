"""Kept answers by the versions of what they were made from, and a number for each change of what is indexed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM cached_answer")  # of those that are there nobody knows what they hang on
    op.add_column(
        "cached_answer", sa.Column("versions", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False)
    )
    op.add_column("search_space", sa.Column("version", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("search_space", "version")
    op.drop_column("cached_answer", "versions")
