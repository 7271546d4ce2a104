"""Fixtures of the job tests."""

from tests.jobs.house import house

__all__ = ["house"]
