"""Answers and results that are given again."""
