"""Tests of `agent.grounding`."""
