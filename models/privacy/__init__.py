"""Whose words are kept, for how long, and how they go: what the tables hold of people, erasure, retention."""
