"""What the small world stands on in a test run."""

import logging
from collections.abc import Iterator

import pytest

from tests.guards.world import Engines


@pytest.fixture
def engines(fresh_database_url: str, redis_url: str) -> Iterator[Engines]:
    """A database and a Redis database of the test's own."""
    made = Engines(fresh_database_url, redis_url.replace("db=0", "db=9"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _silence() -> Iterator[None]:
    """Hundreds of runs full of trouble would bury the one that matters under their warnings."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
