"""Which contacts told something that an LLM has not read yet, and who reads it."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("unread_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contact", sa.Column("read_up_to", sa.Integer(), server_default="-1", nullable=False))
    some = sa.text("unread_since IS NOT NULL")
    op.create_index("contact_unread", "contact", ["unread_since"], postgresql_where=some)


def downgrade() -> None:
    op.drop_index("contact_unread", "contact")
    for name in ("read_up_to", "held_until", "unread_since"):
        op.drop_column("contact", name)
