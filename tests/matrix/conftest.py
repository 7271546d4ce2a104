"""The stage that all tests of the matrix share."""

import logging
from collections.abc import Callable, Iterator

import pytest

from tests.matrix.stage import Stage, raised_stage


@pytest.fixture(scope="session")
def stage(
    clone_database: Callable[[], str], redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """Its runs empty the Valkey of the whole test run: whoever needs something in it puts it there after them."""
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.INFO)
    with raised_stage(clone_database(), redis_url, tmp_path_factory.mktemp("matrix")) as raised:
        yield raised
    logging.getLogger().setLevel(level)
