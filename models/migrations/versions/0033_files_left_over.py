"""Files that no row needs any more."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leftover_file",
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("file"),
    )
    op.create_index("leftover_file_due", "leftover_file", ["due_at"])


def downgrade() -> None:
    op.drop_table("leftover_file")
