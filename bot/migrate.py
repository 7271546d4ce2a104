"""Bringing the database to the schema this code expects, and telling whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from models.session import build_engine

_SCRIPTS = Path(__file__).resolve().parent.parent / "models" / "migrations"
_A_DAY = 86_400.0  # seconds: a migration of a large table takes what it takes
_LOCK_KEY = 7_246_110  # any number, the same for every Recado: two migrations at once would collide


def upgrade(database_url: str) -> None:
    """Migrate to head. Safe to repeat and to run from several processes at once: the second waits for the first."""
    engine = build_engine(database_url, application_name="recado-migrate", pool_size=2, answer_within=_A_DAY)
    try:
        with engine.connect() as guard, engine.connect() as connection:
            guard.execute(text("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0"))
            guard.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK_KEY})
            connection.execute(text("SET statement_timeout = 0; SET lock_timeout = '5s'"))
            connection.commit()
            command.upgrade(config_for(connection), "head")
            connection.commit()
            guard.invalidate()
    finally:
        engine.dispose()


def head_revision() -> str:
    """The newest migration this code knows."""
    head = ScriptDirectory.from_config(config_for(None)).get_current_head()
    assert head is not None, "there is always a first migration"
    return head


def is_at_head(engine: Engine) -> bool:
    """Whether the database has this code's schema. Raises OperationalError when it cannot be reached."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head_revision()


def config_for(connection: Connection | None) -> Config:
    """What Alembic commands need; migrating ones need the connection."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
