"""The installation's tenant: the company and its accounts, as rows that everything else hangs on."""

from uuid import UUID

from sqlalchemy import Engine

from bot.migrate import upgrade
from bot.settings import Settings
from models.session import build_engine, session_scope
from models.tenant import DEFAULT, ensure_account, ensure_tenant

# The tenant has an account on each, configured or not, so that people can be known there.
CHANNELS = ("chat", "whatsapp", "email", "crm")


def prepare_tenant(engine: Engine, settings: Settings) -> UUID:
    """The tenant's id; name and time zone follow the settings. Safe to repeat."""
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug=DEFAULT, name=settings.company_name, timezone=settings.timezone)
        for channel in CHANNELS:
            ensure_account(connection, tenant_id, channel=channel)
    return tenant_id


def migrate_company(settings: Settings, database_url: str) -> None:
    """This version's schema, with the tenant in it. Safe to repeat and to run from several processes at once."""
    upgrade(database_url)
    engine = build_engine(database_url, application_name="recado-migrate", pool_size=1)
    try:
        prepare_tenant(engine, settings)
    finally:
        engine.dispose()
