"""The search index: spaces, postings and vocabularies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_space",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenant.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("next_number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("texts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stems", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("grams", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("languages", ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("lexicon_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.UniqueConstraint("tenant_id", "kind", "owner_id", name="search_space_one_of_each"),
    )
    op.create_table(
        "search_posting",
        sa.Column(
            "space_id",
            sa.BigInteger(),
            sa.ForeignKey("search_space.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("term", sa.Text(collation="C"), primary_key=True),
        sa.Column("block", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("postings", sa.LargeBinary(), nullable=False),
    )
    # Postings are dense already: compressing them anew at each append would only cost time.
    op.execute("ALTER TABLE search_posting ALTER COLUMN postings SET STORAGE EXTERNAL")
    op.create_table(
        "search_word",
        sa.Column(
            "space_id",
            sa.BigInteger(),
            sa.ForeignKey("search_space.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("word", sa.Text(collation="C"), primary_key=True),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("backward", sa.Text(collation="C"), sa.Computed("reverse(word)", persisted=True), nullable=False),
    )
    op.create_index("search_word_backward", "search_word", ["space_id", "backward"])


def downgrade() -> None:
    op.drop_table("search_word")
    op.drop_table("search_posting")
    op.drop_table("search_space")
