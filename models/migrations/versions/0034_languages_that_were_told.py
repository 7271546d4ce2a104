"""Whether somebody said which language a document is in, or it was read off its words."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("is_language_told", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("document", "is_language_told")
