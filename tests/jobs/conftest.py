"""Fixtures of the job tests."""

from tests.jobs.house import house
from tests.jobs.writing import writing

__all__ = ["house", "writing"]
