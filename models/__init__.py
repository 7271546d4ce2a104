"""Nouns: values, tables, queries, errors, sessions."""
