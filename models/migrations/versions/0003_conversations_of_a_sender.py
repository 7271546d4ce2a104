"""The conversations of one sender, found by index."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("conversation_of_sender", "conversation", ["account_id", "sender"])


def downgrade() -> None:
    op.drop_index("conversation_of_sender", table_name="conversation")
