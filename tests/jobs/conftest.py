"""Fixtures of the job tests."""

import signal
from collections.abc import Iterator

import pytest

from tests.jobs.house import house
from tests.jobs.remote_writing import remote
from tests.jobs.team import team
from tests.jobs.writing import writing

__all__ = ["house", "remote", "team", "writing"]


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """A stock worker takes Ctrl-C for itself, and would keep it from whoever runs the tests."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, receiver in before.items():
        signal.signal(number, receiver)
