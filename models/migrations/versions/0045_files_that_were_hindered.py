"""How often a document could not be taken in through no fault of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("hindered", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("document", "hindered")
