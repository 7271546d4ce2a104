"""The addresses that a platform named for one sender."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sender_alias",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "address"),
        if_not_exists=True,  # 0002 made it for a while
    )


def downgrade() -> None:
    op.drop_table("sender_alias")
