"""Databases for tests: cloned from a template that is migrated once, and used again once they are as good as new.

Cloning takes a checkpoint and nine megabytes, and every connection to a new clone reads the catalogue from cold files;
a database that only got rows is emptied in milliseconds. It gets another name for each test, so that a thread or
process which a test left behind finds nothing any more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from bot.embedded.postgres import EmbeddedPostgres
from bot.migrate import upgrade

_TEMPLATE = "recado_template"
_KEPT = "alembic_version"  # the one table that a migrated, empty database has a row in
_LARGEST = 16_000_000  # bytes: emptied rows still take room, and beyond this a clone is quicker

_TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""
# What any DDL, ANALYZE or VACUUM leaves behind in the catalogue; rows that come and go change none of it.
_CATALOGUES = (
    *("pg_class", "pg_attribute", "pg_index", "pg_constraint", "pg_trigger", "pg_proc", "pg_type", "pg_namespace"),
    *("pg_statistic", "pg_policy", "pg_extension", "pg_rewrite", "pg_default_acl", "pg_largeobject_metadata"),
)
_MARKS = "SELECT " + ", ".join(f"(SELECT (count(*), sum(xmin::text::bigint))::text FROM {c})" for c in _CATALOGUES)
_MORE = ", (SELECT sum(relpages + reltuples) FROM pg_class), (SELECT min(version_num) FROM alembic_version)"
_LEAVE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
_WRITTEN = "SELECT name FROM unnest(%s::text[]) name WHERE pg_relation_size(name::regclass) > 0"  # rows, now or before


class Databases:
    """The databases of one server. Not for several threads at once."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._idle: list[str] = []
        self._hall = psycopg.connect(server.url_of("postgres"), autocommit=True)
        self._run("CREATE DATABASE {}", _TEMPLATE)
        upgrade(server.url_of(_TEMPLATE))
        with self._connected(_TEMPLATE) as connection:
            self._tables = [name for (name,) in connection.execute(_TABLES) if name != _KEPT]
            self._pristine = connection.execute(_MARKS + _MORE).fetchone()
            filled = [name for name in self._tables if connection.execute(f"SELECT FROM {name}").rowcount]
        assert filled == [], "a migration leaves rows: emptying a database would take them away"

    def close(self) -> None:
        """Whoever has one of them keeps it."""
        self._hall.close()

    def clone(self) -> str:
        """The URL of a new one at head, which stays until the server goes."""
        return self._server.url_of(self._clone())

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of an empty one at head, until the block ends; what was done to it then troubles nobody else."""
        name = f"test_{uuid4().hex}"
        if self._idle:
            self._run("ALTER DATABASE {} RENAME TO {}", self._idle.pop(), name)
        else:
            name = self._clone()
        yield self._server.url_of(name)
        if self._empty(name):
            self._idle.append(name)
        else:
            self._run("DROP DATABASE {} WITH (FORCE)", name)

    @contextmanager
    def copied(self, url: str) -> Iterator[str]:
        """The URL of a copy of one of ours to which nobody is connected, until the block ends."""
        name = self._clone(make_url(url).database or "")
        yield self._server.url_of(name)
        self._run("DROP DATABASE {} WITH (FORCE)", name)

    def _clone(self, template: str = _TEMPLATE) -> str:
        name = f"test_{uuid4().hex}"
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return name

    def _empty(self, name: str) -> bool:
        """Whether it is as good as new now. False when more than rows has changed."""
        self._hall.execute(_LEAVE, (name,))
        size = self._hall.execute("SELECT pg_database_size(%s)", (name,)).fetchone()
        assert size is not None
        if size[0] > _LARGEST:
            return False
        with self._connected(name) as connection:
            if connection.execute(_MARKS + _MORE).fetchone() != self._pristine:
                return False
            written = [name for (name,) in connection.execute(_WRITTEN, (self._tables,))]
            quietly = "SET session_replication_role = replica"  # no trigger, no look at foreign keys
            connection.execute("; ".join([quietly, *(f"DELETE FROM {table}" for table in written)]))
        return True

    def _run(self, statement: str, *names: str) -> None:
        self._hall.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @contextmanager
    def _connected(self, name: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
        with psycopg.connect(self._server.url_of(name), autocommit=True) as connection:
            yield connection
