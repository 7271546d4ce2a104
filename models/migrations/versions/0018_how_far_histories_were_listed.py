"""How far a platform's history was taken in as a whole: a round that dies in the middle leaves it where it was."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channel_account", sa.Column("listed_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("channel_account", "listed_until")
