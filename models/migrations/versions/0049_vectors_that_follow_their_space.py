"""Vectors of a space that is no more are deleted some at a time, not all at once with it."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_OF_SPACE = "chunk_vector_space_id_fkey"


def upgrade() -> None:
    op.create_table(
        "leftover_space",
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, primary_key=True),
    )
    op.drop_constraint(_OF_SPACE, "chunk_vector", type_="foreignkey")


def downgrade() -> None:
    op.execute("DELETE FROM chunk_vector WHERE space_id NOT IN (SELECT id FROM embedding_space)")
    op.create_foreign_key(_OF_SPACE, "chunk_vector", "embedding_space", ["space_id"], ["id"], ondelete="CASCADE")
    op.drop_table("leftover_space")
