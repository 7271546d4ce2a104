"""Answers out of documents that other wordings of a question may share."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cached_answer", sa.Column("gist", sa.Text(), server_default="", nullable=False))
    op.create_index("cached_answer_gist", "cached_answer", ["tenant_id", "gist"], postgresql_where=sa.text("gist <> ''"))


def downgrade() -> None:
    op.drop_index("cached_answer_gist", "cached_answer")
    op.drop_column("cached_answer", "gist")
