"""Erasure beside the database: caches, queue payloads, sealed words, the disk."""
