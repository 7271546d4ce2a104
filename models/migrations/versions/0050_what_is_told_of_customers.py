"""What people of the company tell of its customers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_TRUSTS = ("typed", "spoken", "llm")


def _words(*names: str, default: str = "") -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Text(), server_default=default, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "customer_fact",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "tenant_id", "contact_id")),
        *_words("customer"),
        sa.Column("words", postgresql.ARRAY(sa.Text()), nullable=False),
        *_words("predicate", "value"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        *_words("ended_as"),
        sa.Column("turn_id", sa.Uuid(), nullable=False),
        *_words("channel", "teller", "author_role", "quote"),
        sa.Column("confidence", sa.Numeric(3, 2), nullable=False),
        *_words("trust", default="typed"),
        sa.CheckConstraint(f"trust IN {_TRUSTS!r}", name="customer_fact_trust_known"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("turn_id", "customer", "predicate", "value", name="customer_fact_told_once"),
    )
    stands = sa.text("superseded_at IS NULL")
    op.create_index("customer_fact_current", "customer_fact", ["tenant_id", "customer"], postgresql_where=stands)
    op.create_index(
        "customer_fact_named", "customer_fact", ["words"], postgresql_using="gin", postgresql_where=stands
    )
    op.create_index("customer_fact_of_contact", "customer_fact", ["contact_id"])


def downgrade() -> None:
    op.drop_table("customer_fact")
