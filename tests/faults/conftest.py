"""Fixtures of the tests about neighbours that fail."""

from tests.faults.town import town

__all__ = ["town"]
