"""Foreign bytes: where they are kept, what they are, and how they are read safely."""
