"""Prices as the rows of documents name them."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_WORDS = ("code", "folded_code", "folded_name", "unit", "currency", "label")


def upgrade() -> None:
    op.create_table(
        "catalog_item",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "tenant_id", "document_id")),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in _WORDS),
        sa.Column("price", sa.Numeric(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("catalog_item_of_tenant", "catalog_item", ["tenant_id"])
    op.create_index("catalog_item_of_document", "catalog_item", ["document_id"])


def downgrade() -> None:
    op.drop_table("catalog_item")
