"""All that was ever told of a customer is found by its name, what was ended too."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("customer_fact_of_customer", "customer_fact", ["tenant_id", "customer"])
    op.drop_index("customer_fact_current", table_name="customer_fact")


def downgrade() -> None:
    op.create_index(
        "customer_fact_current",
        "customer_fact",
        ["tenant_id", "customer"],
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index("customer_fact_of_customer", table_name="customer_fact")
