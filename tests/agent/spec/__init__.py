"""Tests of `agent.spec`."""
