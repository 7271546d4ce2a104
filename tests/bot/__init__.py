"""Doors and wiring, tested."""
