"""What a change was asked for with: the tool and the agent as they were; a yes that came too late."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BEFORE = ("open", "rejected", "confirmed", "applied", "failed", "unknown", "undoing", "undone")
_AFTER = ("open", "rejected", "expired", *_BEFORE[2:])


def _know(statuses: tuple[str, ...]) -> None:
    op.drop_constraint("proposal_status_known", "proposal", type_="check")
    op.create_check_constraint("proposal_status_known", "proposal", f"status IN {statuses!r}")


def upgrade() -> None:
    op.add_column("proposal", sa.Column("definition", sa.Text(), server_default="", nullable=False))
    _know(_AFTER)


def downgrade() -> None:
    op.execute("UPDATE proposal SET status = 'rejected' WHERE status = 'expired'")
    _know(_BEFORE)
    op.drop_column("proposal", "definition")
