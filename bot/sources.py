"""Which sales data answers questions: the company's own, read as its source file says, or the demo."""

from pathlib import Path

from bot.demo import sales_url
from bot.settings import Settings
from models.clock import Clock
from models.sales.reading import SOURCES, SourceFile, nine_views, read_source_file
from models.sales.source import SalesSource


def open_source(
    settings: Settings, database_url: str, *, clock: Clock | None = None, pool_size: int = 5
) -> SalesSource:
    """Nothing is connected yet. Raises ConfigurationError."""
    url = sales_url(settings, database_url)
    return SalesSource(url, find_source_file(settings), clock=clock, pool_size=pool_size)


def find_source_file(settings: Settings) -> SourceFile:
    """SOURCE_FILE; without one the nine views in a company's database, and the demo's own file beside the demo."""
    if settings.source_file:
        return read_source_file(Path(settings.source_file))
    if settings.sales_database_url is not None:
        return SourceFile(nine_views(), "the nine views of docs/sales-schema.md")
    return read_source_file(SOURCES / "demo.yaml")
