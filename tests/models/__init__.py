"""The nouns and their queries."""
