"""A database out of reach, as one clear line instead of a driver's trace."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from models.errors import ConfigurationError


@contextmanager
def reaching_database() -> Iterator[None]:
    """Turns a database out of reach into one clear line."""
    try:
        yield
    except OperationalError as error:
        if not _is_away(error):
            raise
        reason = str(error.orig).strip().splitlines()[0] if error.orig else "no reason given"
        raise ConfigurationError(
            f"DATABASE_URL: PostgreSQL cannot be reached ({reason}): start it, or correct DATABASE_URL"
        ) from None


def _is_away(error: OperationalError) -> bool:
    """Not connected, not let in, or shut down: a statement that took too long is none of these."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state is None or state[:2] in {"08", "28", "3D", "53"} or state.startswith("57P")
