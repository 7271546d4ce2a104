"""Tests of free SQL: what is refused, what is answered, whose rows are seen."""
