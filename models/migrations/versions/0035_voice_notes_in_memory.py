"""Past turns of whoever sent voice notes are indexed anew, now with what was heard in them."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE search_space SET lexicon_version = 0 WHERE kind = 'turns' AND owner_id IN ("
        "SELECT r.contact_id FROM remembered_turn r JOIN message m ON m.turn_id = r.turn_id "
        "JOIN media f ON f.message_id = m.id WHERE f.transcript <> '')"
    )


def downgrade() -> None:
    """What is indexed stays."""
