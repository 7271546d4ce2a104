"""The schema's history. A migration that landed is never edited."""
