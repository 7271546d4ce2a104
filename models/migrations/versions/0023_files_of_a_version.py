"""What stood in the files that an agent's version names: kept with it. Versions from before have none, and go on
reading theirs from the disk."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_file",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "digest"),
    )
    op.add_column("agent_version", sa.Column("files", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("agent_version", "files")
    op.drop_table("agent_file")
