"""Measurements one can repeat: `python -m benchmarks.<name>`. They assert nothing about time."""
