"""An inverted index in PostgreSQL, and its rows."""
