"""The database under a command: found or started, at this version's schema, with the company's tenant in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Engine

from bot.embedded.engines import attach_or_start
from bot.migrate import is_at_head, upgrade
from bot.reaching import reaching_database
from bot.settings import Settings
from bot.tenant import prepare_tenant
from models.errors import ConfigurationError
from models.session import build_engine, session_scope
from models.tenant import DEFAULT, find_tenant


@dataclass(frozen=True, slots=True)
class Database:
    """What a command works on. The URLs may hold passwords."""

    engine: Engine
    tenant_id: UUID
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)


@contextmanager
def open_database(settings: Settings, tenant: str = DEFAULT) -> Iterator[Database]:
    """The tenant's, for as long as the block lasts. Our own PostgreSQL is migrated, a configured one must have been.

    Raises ConfigurationError when the database cannot be reached or has another version's schema.
    """
    with attach_or_start(settings) as engines, reaching_database():
        engine = build_engine(engines.database_url, application_name="recado-command", pool_size=4)
        try:
            if engines.owns or not is_at_head(engine):
                _bring_to_head(settings, engines.database_url)
            home = prepare_tenant(engine, settings)
            tenant_id = home if tenant == DEFAULT else _find_tenant(engine, tenant)
            yield Database(engine, tenant_id, engines.database_url, engines.redis_url)
        finally:
            engine.dispose()


def _find_tenant(engine: Engine, slug: str) -> UUID:
    with session_scope(engine) as connection:
        tenant_id = find_tenant(connection, slug)
    if tenant_id is None:
        raise ConfigurationError(f"there is no tenant {slug}: name it in the file of ACCOUNTS_FILE")
    return tenant_id


def _bring_to_head(settings: Settings, database_url: str) -> None:
    if settings.database_url is not None:
        raise ConfigurationError(
            "DATABASE_URL: the database has another version's schema: run `python -m bot migrate` first"
        )
    upgrade(database_url)
