"""Prices found by the piece of the document that holds them, to tell which do not hold on a day."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("catalog_item_of_chunk", "catalog_item", ["tenant_id", "number"])
    op.drop_index("catalog_item_of_tenant", "catalog_item")


def downgrade() -> None:
    op.create_index("catalog_item_of_tenant", "catalog_item", ["tenant_id"])
    op.drop_index("catalog_item_of_chunk", "catalog_item")
