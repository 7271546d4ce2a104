"""Tests of the jobs floor."""
