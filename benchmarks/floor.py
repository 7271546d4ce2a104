"""What the webhook door is held against: a bare Flask route that checks the same signature, INSERTs once, pushes once.

Each path does one thing more than the one before. `python -m benchmarks.floor <port>` serves them under gunicorn's own
threaded worker with the web door's processes and threads, until it is told to stop. The driver is the bare one, on
connections in autocommit: a floor is what cannot be undercut, not what one would like to compare with.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from queue import LifoQueue
from typing import Any
from urllib.parse import parse_qsl

import psycopg
from flask import Flask, Response, request
from gunicorn.app.base import BaseApplication
from redis import Redis

from bot.embedded.engines import attach_or_start
from bot.services import build_accounts
from bot.settings import Settings, load_settings
from channels.base import Account, InboundRequest
from channels.whatsapp.verify import verify_signature
from models.ids import new_id

HELLO, SIGNATURE, INSERT, FLOOR = "/hello", "/signature", "/insert", "/floor"
_CONNECTIONS = 16  # as many as the web door has
_TABLE = (
    "CREATE TABLE IF NOT EXISTS floor_message (id uuid PRIMARY KEY, external_id text NOT NULL UNIQUE,"
    " sender text NOT NULL, body text NOT NULL, received_at timestamptz NOT NULL DEFAULT now())"
)
_INSERT = "INSERT INTO floor_message (id, external_id, sender, body) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"

Connection = psycopg.Connection[tuple[object, ...]]


class Floor:
    """The routes, on connections that are opened when they are first needed."""

    def __init__(self, account: Account, database_url: str, redis_url: str) -> None:
        self._account = account
        self._database_url = database_url
        self._redis = Redis.from_url(redis_url)
        self._connections: LifoQueue[Connection | None] = LifoQueue()
        for _ in range(_CONNECTIONS):
            self._connections.put(None)

    def app(self) -> Flask:
        app = Flask(__name__)
        steps = {HELLO: self.hello, SIGNATURE: self.signature, INSERT: self.insert, FLOOR: self.floor}
        for path, step in steps.items():
            app.add_url_rule(path, path.strip("/"), step, methods=["POST"])
        return app

    def hello(self) -> Response:
        return Response("<Response/>", content_type="text/xml")

    def signature(self) -> Response:
        self._verify(request.get_data())
        return self.hello()

    def insert(self) -> Response:
        body = request.get_data()
        self._verify(body)
        self._insert(dict(parse_qsl(body.decode())))
        return self.hello()

    def floor(self) -> Response:
        body = request.get_data()
        self._verify(body)
        form = dict(parse_qsl(body.decode()))
        self._insert(form)
        self._redis.rpush("floor", form["MessageSid"])
        return self.hello()

    def _verify(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        verify_signature(self._account, InboundRequest("default", request.method, request.path, headers, body))

    def _insert(self, form: dict[str, str]) -> None:
        with self._connection() as connection:
            connection.execute(_INSERT, (new_id(), form["MessageSid"], form["From"], form["Body"]))

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        connection = self._connections.get() or psycopg.connect(self._database_url, autocommit=True)
        try:
            yield connection
        finally:
            self._connections.put(connection)


class _Gunicorn(BaseApplication):  # type: ignore[misc]
    def __init__(self, floor: Floor, settings: Settings, port: int) -> None:
        self._floor = floor
        self._settings = settings
        self._port = port
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": [f"127.0.0.1:{self._port}"],
            "workers": self._settings.web_processes,
            "threads": self._settings.web_threads,
            "worker_class": "gthread",
            "worker_connections": self._settings.web_threads * 8,
            "keepalive": 65,
            "loglevel": "critical",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._floor.app()


def main() -> None:
    settings = load_settings()
    account = build_accounts(settings)["whatsapp", "default"]
    with attach_or_start(settings) as engines:
        with psycopg.connect(engines.database_url, autocommit=True) as connection:
            connection.execute(_TABLE)
        floor = Floor(account, engines.database_url, engines.redis_url)
        _Gunicorn(floor, settings, int(sys.argv[1])).run()


if __name__ == "__main__":
    main()
