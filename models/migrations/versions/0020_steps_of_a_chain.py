"""Which step of a chain an LLM was asked in: to route, as a specialist, or to polish."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("completion", sa.Column("chain_step", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("completion", "chain_step")
