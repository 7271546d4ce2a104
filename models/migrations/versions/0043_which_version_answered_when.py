"""Which version of an agent answered from when on. Of what was before only the numbers are known: going back leads
through them, as it did."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_KNOWN = """
    INSERT INTO agent_activation (id, tenant_id, name, number, version_id, back_to, activated_at)
    SELECT v.id, v.tenant_id, v.name, row_number() OVER one, v.id, nullif(row_number() OVER one - 1, 0),
        CASE WHEN v.id = a.version_id THEN a.changed_at ELSE v.applied_at END
    FROM agent_version v
    JOIN active_agent a ON a.tenant_id = v.tenant_id AND a.name = v.name
    JOIN agent_version active ON active.id = a.version_id
    WHERE v.number <= active.number
    WINDOW one AS (PARTITION BY v.tenant_id, v.name ORDER BY v.number)
"""


def upgrade() -> None:
    op.create_table(
        "agent_activation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("back_to", sa.Integer(), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["version_id"], ["agent_version.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "name", "number"),
    )
    op.execute(_KNOWN)


def downgrade() -> None:
    op.drop_table("agent_activation")
