"""Agents applied, the files they name, what they may use, and how they are put together."""
