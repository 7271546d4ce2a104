"""Who wrote a message: in a thread of several people the one who wrote last is not the one who asked first.

Empty for what came before; such a turn speaks for the conversation's sender, as it did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("sender", "sender_name"):
        op.add_column("message", sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in ("sender_name", "sender"):
        op.drop_column("message", name)
