"""Vectors of passages, what is known of those who make them, and what they cost."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.exc import DBAPIError

from models.errors import ConfigurationError

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _ensure_extension()
    _create_space()
    op.create_table(
        "chunk_vector",
        sa.Column("tenant_id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("space_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("vector", HALFVEC(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "number"], ["chunk.tenant_id", "chunk.number"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["space_id"], ["embedding_space.id"], ondelete="CASCADE"),
    )
    op.create_index("chunk_vector_of_space", "chunk_vector", ["space_id"])
    # In the row as long as there is room: every question reads them all, and fetching each from elsewhere costs more.
    op.execute("ALTER TABLE chunk_vector ALTER COLUMN vector SET STORAGE MAIN")
    op.create_table(
        "embedding_use",
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("embedder", sa.Text(), primary_key=True),
        sa.Column("purpose", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in ("calls", "failed")),
        *(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in ("texts", "tokens")),
        sa.Column("cost", sa.Numeric(18, 9), nullable=True),
        sa.Column("unpriced", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("purpose IN ('documents', 'questions', 'gate')", name="embedding_purpose_known"),
    )


def downgrade() -> None:
    op.drop_table("embedding_use")
    op.drop_table("chunk_vector")
    op.drop_table("embedding_space")


def _create_space() -> None:
    op.create_table(
        "embedding_space",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenant.id", ondelete="CASCADE"), nullable=False),
        sa.Column("embedder", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in ("asked", "dimension")),
        sa.Column("reached", sa.BigInteger(), server_default="-1", nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in ("refused", "fence", "tries")),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("judged_by", sa.Text(), server_default="", nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in ("judged_texts", "asks")),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("lexical", "dense", "near")),
        sa.Column("admitted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.UniqueConstraint("tenant_id", "embedder", "asked", name="embedding_space_one_of_each"),
        sa.CheckConstraint("judged_by IN ('', 'made', 'given')", name="embedding_judge_known"),
    )


def _ensure_extension() -> None:
    """pgvector is no trusted extension: only a superuser may create it."""
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'vector'")) is not None:
        return
    try:
        op.execute("CREATE EXTENSION vector")
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise ConfigurationError(
            f"the extension vector cannot be created ({reason}): install pgvector 0.8 or newer on the server, have a "
            "superuser run CREATE EXTENSION vector in this database, and migrate again"
        ) from None
