"""Tests of period words."""
