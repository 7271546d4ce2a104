"""What small worlds stand on, one after another: a database and a Redis of their own, engines for each process."""

from collections.abc import Sequence
from typing import Any

from redis import Redis
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from models.session import build_engine, session_scope
from models.tenant import AccountKey, ensure_account, ensure_tenant
from tests.guards.process import guard_engine
from tests.guards.removal import Rewriting

SLOTS = ("guards-a", "guards-b", "guards-c", "guards-d")  # the names by which the database knows processes
_EMPTIED = ("conversation", "raw_event", "receipt", "named_lease", "worker_heartbeat", "rest")


class Engines:
    """What a world stands on, made once: a migrated database of its own and a Redis database of its own."""

    def __init__(self, database_url: str, redis_url: str) -> None:
        self.database_url, self.redis_url = database_url, redis_url
        self.of = {name: build_engine(database_url, application_name=name, pool_size=6) for name in SLOTS}
        self.rewriting = Rewriting()
        for engine in self.of.values():
            guard_engine(engine, self.rewriting.apply)
        url = make_url(database_url).set(drivername="postgresql+psycopg")
        self.own: Engine = create_engine(url, isolation_level="AUTOCOMMIT")
        self.redis = Redis.from_url(redis_url)
        with session_scope(self.own) as connection:
            tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
            self.account: AccountKey = ensure_account(connection, tenant_id, channel="fake")
        self.shift = _shifting(self.rows(_MOMENTS))

    def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        with self.own.connect() as connection:
            return connection.execute(text(statement), values).all()

    def run(self, statement: str) -> None:
        with self.own.connect() as connection:
            connection.exec_driver_sql(statement)

    def empty(self) -> None:
        self.run("; ".join(f"DELETE FROM {table}" for table in _EMPTIED))
        self.redis.flushdb()

    def close(self) -> None:
        for engine in (*self.of.values(), self.own):
            engine.dispose()
        self.redis.close()


_MOMENTS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'timestamp with time zone' AND is_updatable = 'YES'
  AND table_name IN ('conversation', 'message', 'turn', 'run', 'completion', 'outbox', 'named_lease', 'rest')
"""


def _shifting(moments: Sequence[Any]) -> str:
    """One statement that lets every stored time lie `%s` further back: for the database, that much time has passed."""
    columns: dict[str, list[str]] = {}
    for table, column in moments:
        columns.setdefault(table, []).append(column)
    return "; ".join(
        f"UPDATE {table} SET " + ", ".join(f"{name} = {name} - interval '{{0}} seconds'" for name in names)
        for table, names in columns.items()
    )
