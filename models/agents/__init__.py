"""Agents as stored: versions, which of them is active, and the files that they name."""
