"""Tests of the evaluation: its questions, its judgement, its sums."""
