"""Codes sent to a mailbox, by which whoever can read it proves so in another channel."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailbox_code",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "tenant_id", "contact_id")),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in ("mailbox", "digest")),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_in", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("mailbox_code_of_contact", "mailbox_code", ["contact_id", "created_at"])
    op.create_index("mailbox_code_to_mailbox", "mailbox_code", ["tenant_id", "mailbox", "created_at"])


def downgrade() -> None:
    op.drop_table("mailbox_code")
