"""The health check of a container tells the living from the dead."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import Engine, update

from bot.alive import is_process_alive
from bot.settings import Settings
from models.errors import ConfigurationError
from models.heartbeat import beat
from models.process import heartbeats
from models.session import session_scope


def settings_for(**values: object) -> Settings:
    return Settings.model_validate(values)


@pytest.fixture
def serve() -> Iterator[Callable[[int], int]]:
    """Starts web servers that give one status to everything; returns their port."""
    running: list[ThreadingHTTPServer] = []

    def start(status: int) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status if self.path == "/healthz" else 404)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Silence."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        running.append(server)
        return int(server.server_address[1])

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("status", "expected"), [(200, True), (503, False)])
def test_the_web_door_lives_when_it_says_so(serve: Callable[[int], int], status: int, expected: bool) -> None:
    assert is_process_alive("web", settings_for(port=serve(status)), "here") is expected


def test_a_worker_lives_while_it_beats_on_this_machine(engine: Engine, fresh_database_url: str) -> None:
    settings = settings_for(database_url=fresh_database_url)
    assert not is_process_alive("worker", settings, "here")
    with session_scope(engine) as connection:
        beat(connection, "here-17-abcdef", kind="worker", in_flight=0)
    assert is_process_alive("worker", settings, "here")
    assert not is_process_alive("worker", settings, "he")
    assert not is_process_alive("worker", settings, "elsewhere")
    assert not is_process_alive("scheduler", settings, "here")


def test_a_worker_that_went_silent_is_dead(engine: Engine, fresh_database_url: str) -> None:
    with session_scope(engine) as connection:
        beat(connection, "here-17-abcdef", kind="worker", in_flight=0)
        connection.execute(update(heartbeats).values(beat_at=heartbeats.c.beat_at - timedelta(minutes=2)))
    assert not is_process_alive("worker", settings_for(database_url=fresh_database_url), "here")


def test_a_worker_without_its_database_is_dead_and_says_nothing() -> None:
    settings = settings_for(database_url="postgresql://recado@/recado?host=%2Fnowhere")
    assert not is_process_alive("worker", settings, "here")


def test_the_health_check_of_a_worker_needs_the_database_setting() -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        is_process_alive("worker", settings_for(), "here")
