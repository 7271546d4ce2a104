"""What is told of customers is found by any of many words at once, in an index that holds back nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_STANDS = sa.text("superseded_at IS NULL")


def upgrade() -> None:
    op.drop_index("customer_fact_named", table_name="customer_fact")
    op.create_index(
        "customer_fact_named",
        "customer_fact",
        [sa.text("array_to_tsvector(words)")],
        postgresql_using="gin",
        postgresql_where=_STANDS,
        postgresql_with={"fastupdate": "off"},
    )


def downgrade() -> None:
    op.drop_index("customer_fact_named", table_name="customer_fact")
    op.create_index(
        "customer_fact_named", "customer_fact", ["words"], postgresql_using="gin", postgresql_where=_STANDS
    )
