"""A second company: other tables, other words, in MariaDB and in PostgreSQL; Recado knows it by a file alone."""
