"""That a budget has no room for vectors is told by itself: answers go on, and when they stop is told as well."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("budget", sa.Column("vectors_stopped_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("budget", "vectors_stopped_at")
