"""What each figure of a reply was traced to, stored with the run that wrote it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("grounding", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("run", "grounding")
