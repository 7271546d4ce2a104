"""Documents, and the chunks of them that are found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenant.id", ondelete="CASCADE"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), server_default="", nullable=False),
        sa.Column("file", sa.Text(), server_default="", nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("roles", ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_number", sa.BigInteger(), nullable=True),
        sa.Column("last_number", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('pending', 'ready', 'failed')", name="document_status_known"),
    )
    ready, coming = sa.text("status = 'ready'"), sa.text("status <> 'ready'")
    op.create_index("document_ready", "document", ["tenant_id", "key"], unique=True, postgresql_where=ready)
    op.create_index("document_coming", "document", ["tenant_id", "key"], unique=True, postgresql_where=coming)
    op.create_index("document_due", "document", ["due_at"], postgresql_where=sa.text("status = 'pending'"))
    op.create_table(
        "chunk",
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("document_id", sa.Uuid(), sa.ForeignKey("document.id", ondelete="CASCADE"), nullable=False),
        sa.Column("given_id", JSONB(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("indexed", sa.Text(), nullable=True),
        sa.Column("path", ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("place", JSONB(), nullable=False),
    )
    op.create_index("chunk_of_document", "chunk", ["document_id"])


def downgrade() -> None:
    op.drop_table("chunk")
    op.drop_table("document")
    # What was found through them is found no more.
    op.execute("DELETE FROM search_space WHERE kind = 'documents'")
