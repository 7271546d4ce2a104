"""A migration such as releases bring, on a table that every message goes through: expanded, filled, contracted.

The program that runs meanwhile knows nothing of it, as the release before would not. Each step is one command, safe to
give again, and holds its locks for as short as a migration of ours would.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from models.faultpoint import faultpoint
from models.session import session_scope

if TYPE_CHECKING:
    from tests.matrix.processes import Console

_KNOWN = "SELECT 1 FROM information_schema.columns WHERE table_name = 'message' AND column_name = 'specimen_words'"


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    with session_scope(engine) as connection:
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        yield connection


def expand(console: "Console") -> None:
    """A column and a table that the old code does not know."""
    with _migrating(console.engine) as connection:
        connection.execute(text("ALTER TABLE message ADD COLUMN IF NOT EXISTS specimen_words text"))
        connection.execute(text("CREATE TABLE IF NOT EXISTS specimen (id uuid PRIMARY KEY)"))
        faultpoint("migration.expanded")


def backfill(console: "Console") -> None:
    """A row at a time, each in a transaction of its own: who dies half way goes on from there."""
    while True:
        with _migrating(console.engine) as connection:
            filled = connection.execute(
                text(
                    "UPDATE message SET specimen_words = text WHERE id = (SELECT id FROM message"
                    " WHERE specimen_words IS NULL ORDER BY id LIMIT 1 FOR UPDATE) RETURNING id"
                )
            ).first()
        if filled is None:
            return
        faultpoint("migration.half-filled")


def write_as_the_new_code(console: "Console") -> None:
    """The new release at work beside the old one: it reads either column, and writes both."""
    with _migrating(console.engine) as connection:
        read = connection.execute(text("SELECT text, coalesce(specimen_words, text) AS words FROM message")).all()
        assert all(row.text == row.words for row in read), "old and new read the same"
        connection.execute(text("UPDATE message SET specimen_words = text WHERE specimen_words IS NULL"))


def contract(console: "Console") -> None:
    """What only the release before last needed goes."""
    with _migrating(console.engine) as connection:
        connection.execute(text("ALTER TABLE message DROP COLUMN IF EXISTS specimen_words"))
        connection.execute(text("DROP TABLE IF EXISTS specimen"))
        faultpoint("migration.contracted")


def undo_migration(engine: Engine) -> None:
    """What a run that was cut off left behind."""
    with session_scope(engine) as connection:
        if connection.execute(text(_KNOWN)).first() is not None:
            connection.execute(text("ALTER TABLE message DROP COLUMN specimen_words"))
            connection.execute(text("DROP TABLE IF EXISTS specimen"))
