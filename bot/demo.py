"""The demo company behind every start without a real sales database."""

from bot.settings import Settings
from models.clock import Clock, SystemClock
from models.demo.aurora import aurora
from models.demo.company import Company
from models.demo.load import load_demo
from models.demo.reader import demo_reader_url
from models.demo.stored import DemoSummary, find_stored_company, summarise_demo
from models.errors import ConfigurationError
from models.session import build_engine, session_scope


def prepare_demo(settings: Settings, database_url: str, clock: Clock | None = None) -> None:
    """Bring the demo up to today, with the cast it has or Aurora's. Does nothing where real sales data is configured.

    Safe to repeat and to run from several processes at once.
    """
    if settings.sales_database_url is None:
        load_company(settings, database_url, None, clock)


def load_company(
    settings: Settings, database_url: str, company: Company | None, clock: Clock | None = None
) -> DemoSummary:
    """Load `company`, or go on with the stored one. Raises ConfigurationError beside a real sales database."""
    if settings.sales_database_url is not None:
        raise ConfigurationError(
            "SALES_DATABASE_URL is set, so the demo company would never be seen: unset it to use the demo"
        )
    today = (clock or SystemClock()).today(settings.timezone)
    engine = build_engine(database_url, application_name="recado-demo", pool_size=2)
    try:
        with session_scope(engine) as connection:
            stored = find_stored_company(connection)
        load_demo(engine, company or stored or aurora(), today)
        with session_scope(engine) as connection:
            return summarise_demo(connection)
    finally:
        engine.dispose()


def sales_url(settings: Settings, database_url: str) -> str:
    """Where sales questions are answered: the company's own database, or the demo through its read-only role."""
    if settings.sales_database_url is not None:
        return settings.sales_database_url.get_secret_value()
    return demo_reader_url(database_url)
