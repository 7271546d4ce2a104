"""What words and vectors find together, beside what each finds."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("embedding_space", sa.Column("fused", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("embedding_space", "fused")
