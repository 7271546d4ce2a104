"""Recado's own PostgreSQL and Valkey, for machines that have none: started, found again and stopped here."""
