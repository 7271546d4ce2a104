"""Requests of one account are found in the order in which they came: each company's are walked through by themselves."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("raw_event_of_account", "raw_event", ["account_id", "id"])
    op.drop_index("ix_raw_event_account_id", table_name="raw_event")


def downgrade() -> None:
    op.create_index("ix_raw_event_account_id", "raw_event", ["account_id"])
    op.drop_index("raw_event_of_account", table_name="raw_event")
