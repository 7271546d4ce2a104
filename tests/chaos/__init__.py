"""Chaos: the whole program in real processes, killed at seeded moments under load, judged from outside afterwards."""
