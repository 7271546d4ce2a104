"""Agents as versioned configuration: their versions, which are active, whom they serve, and what a turn was
answered by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("spec", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "name", "number"),
    )
    op.execute(
        """
        CREATE FUNCTION agent_version_stays() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'a version of an agent never changes: apply a new one'; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER agent_version_stays BEFORE UPDATE ON agent_version "
        "FOR EACH ROW EXECUTE FUNCTION agent_version_stays()"
    )
    op.create_table(
        "active_agent",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["version_id"], ["agent_version.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "name"),
    )
    op.add_column("channel_account", sa.Column("agent", sa.Text(), nullable=True))
    op.create_foreign_key(
        "channel_account_agent_fkey", "channel_account", "active_agent", ["tenant_id", "agent"], ["tenant_id", "name"]
    )
    op.add_column("turn", sa.Column("agent_version_id", sa.Uuid(), nullable=True))
    op.add_column("run", sa.Column("agent_version_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("run", "agent_version_id")
    op.drop_column("turn", "agent_version_id")
    op.drop_constraint("channel_account_agent_fkey", "channel_account", type_="foreignkey")
    op.drop_column("channel_account", "agent")
    op.drop_table("active_agent")
    op.drop_table("agent_version")
    op.execute("DROP FUNCTION agent_version_stays()")
