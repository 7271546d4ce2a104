"""The installation's tenant: the company and its accounts, as rows that everything else hangs on."""

from uuid import UUID

from sqlalchemy import Connection, Engine

from bot.accounts_file import TenantEntry, read_tenants
from bot.settings import Settings
from models.errors import ConfigurationError
from models.session import build_engine, session_scope
from models.tenant import DEFAULT, AccountTaken, ensure_account, ensure_tenant, find_tenant

# The tenant has an account on each, configured or not, so that people can be known there.
CHANNELS = ("chat", "whatsapp", "email", "crm")


def prepare_tenant(engine: Engine, settings: Settings) -> UUID:
    """The id of the tenant `default`; names and time zones follow the settings and ACCOUNTS_FILE. Safe to repeat.
    Raises ConfigurationError."""
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug=DEFAULT, name=settings.company_name, timezone=settings.timezone)
        for channel in CHANNELS:
            ensure_account(connection, tenant_id, channel=channel)
        for entry in read_tenants(settings):
            _prepare_further(connection, entry)
    return tenant_id


def _prepare_further(connection: Connection, entry: TenantEntry) -> None:
    """What is left out of the file later stays as it is: its conversations are on record."""
    if entry.tenant == DEFAULT:
        tenant_id = find_tenant(connection, DEFAULT)
        assert tenant_id is not None, "it was made just before"
    else:
        tenant_id = ensure_tenant(connection, slug=entry.tenant, name=entry.name, timezone=entry.timezone)
    for account in entry.accounts:
        try:
            ensure_account(connection, tenant_id, channel=account.channel, name=account.name)
        except AccountTaken:
            raise ConfigurationError(
                f"ACCOUNTS_FILE: {account.channel}/{account.name} was another tenant's before: give {entry.tenant}'s "
                "account another name, so that nobody reads the other's conversations"
            ) from None


def migrate_company(settings: Settings, database_url: str) -> None:
    """This version's schema, with the tenant in it. Safe to repeat and to run from several processes at once."""
    from bot.migrate import upgrade  # Alembic is slow to load, and a worker, which loads this module, migrates nothing

    upgrade(database_url)
    engine = build_engine(database_url, application_name="recado-migrate", pool_size=1)
    try:
        prepare_tenant(engine, settings)
    finally:
        engine.dispose()
