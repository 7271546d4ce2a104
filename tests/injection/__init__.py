"""Hostile words through every door, to an LLM that obeys them all."""
