"""Who wrote to us and which addresses are one person, and what people told of themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KINDS = ("profile", "preference", "commitment", "objection", "decision")
_TRUSTS = ("typed", "spoken", "llm")
_STATUSES = ("proposed", "linked", "declined", "undone")


def _ids(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in names]


def _words(*names: str, default: str = "") -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Text(), server_default=default, nullable=False) for name in names]


def _moment(name: str, nullable: bool = False) -> sa.Column[object]:
    default = None if nullable else sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "contact",
        *_ids("id", "tenant_id", "account_id"),
        *_words("address", "verified_key"),
        *_ids("holder_id"),
        _moment("created_at"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "address"),
    )
    op.create_index("contact_of_holder", "contact", ["tenant_id", "holder_id"])
    known = sa.text("verified_key <> ''")
    op.create_index("contact_verified", "contact", ["tenant_id", "verified_key"], postgresql_where=known)
    op.create_table(
        "fact",
        *_ids("id", "tenant_id", "contact_id"),
        *_words("subject", default="person"),
        *_words("predicate", "value"),
        *_words("kind", default="profile"),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        _moment("recorded_at"),
        _moment("superseded_at", nullable=True),
        *_words("ended_as"),
        *_ids("turn_id"),
        *_words("channel", "author_role", "quote"),
        sa.Column("confidence", sa.Numeric(3, 2), nullable=False),
        *_words("trust", default="typed"),
        sa.CheckConstraint(f"kind IN {_KINDS!r}", name="fact_kind_known"),
        sa.CheckConstraint(f"trust IN {_TRUSTS!r}", name="fact_trust_known"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("turn_id", "predicate", "value", name="fact_told_once"),
    )
    op.create_index("ix_fact_tenant_id", "fact", ["tenant_id"])
    current = sa.text("superseded_at IS NULL")
    op.create_index("fact_current", "fact", ["contact_id"], postgresql_where=current)
    op.create_index("fact_of_contact", "fact", ["contact_id", "recorded_at"])
    op.create_table(
        "contact_link",
        *_ids("id", "tenant_id", "contact_id", "holder_id", "from_holder"),
        *_words("status", default="proposed"),
        *_words("how", "decided_by"),
        _moment("created_at"),
        _moment("decided_at", nullable=True),
        sa.CheckConstraint(f"status IN {_STATUSES!r}", name="contact_link_status_known"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contact_link_tenant_id", "contact_link", ["tenant_id"])
    standing = sa.text("status <> 'undone'")
    op.create_index("contact_link_once", "contact_link", ["contact_id", "holder_id"], unique=True, postgresql_where=standing)


def downgrade() -> None:
    op.drop_table("contact_link")
    op.drop_table("fact")
    op.drop_table("contact")
