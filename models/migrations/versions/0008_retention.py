"""Raw events may be deleted without a search through all messages."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("message_raw_event_id_fkey", "message", type_="foreignkey")
    op.create_index("media_pending", "media", ["message_id"], postgresql_where="status = 'pending'")


def downgrade() -> None:
    op.drop_index("media_pending", table_name="media")
    op.execute(
        "UPDATE message SET raw_event_id = NULL WHERE NOT EXISTS (SELECT FROM raw_event e WHERE e.id = raw_event_id)"
    )
    op.create_foreign_key(
        "message_raw_event_id_fkey", "message", "raw_event", ["raw_event_id"], ["id"], ondelete="SET NULL"
    )
