"""The company's sales figures: a read-only door, and every question asked through it."""
