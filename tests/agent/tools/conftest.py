"""The tools over Aurora, a person for each role, and a stand-in for the Banco Central's service."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
import pytest

from agent.base import PersonRole, Situation, Tool, ToolContext, ToolResult
from agent.tools.exchange_rates import ExchangeRates
from agent.tools.registry import build_tools
from models.clock import SystemClock
from models.demo.reader import demo_reader_url
from models.sales.source import SalesSource

TODAY = date(2026, 11, 21)
ZONE = "America/Sao_Paulo"
Respond = Callable[[BaseHTTPRequestHandler], None]


class HandClock(SystemClock):
    """Stands at noon UTC of TODAY; its seconds pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 21, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


def situation(role: PersonRole = "manager", **known: Any) -> Situation:
    """Marina the manager, Rafael the rep, the bar at the corner, or nobody."""
    people: dict[PersonRole, dict[str, Any]] = {
        "manager": {"person_name": "Marina", "salesperson": "Marina Azevedo"},
        "rep": {"person_name": "Rafael", "salesperson": "Rafael Quintela"},
        "customer": {"person_name": "Zeca", "customer": "Bar do Zeca"},
        "unknown": {},
    }
    return Situation(**{"today": TODAY, "role": role, **people[role], **known})


class Caller:
    """Calls tools as the assistant does."""

    def __init__(self, tools: dict[str, Tool]) -> None:
        self.tools = tools

    def __call__(self, name: str, /, role: PersonRole = "manager", *, who: Any = None, **arguments: Any) -> ToolResult:
        return self.tools[name].call(ToolContext(who or situation(role), ZONE), arguments)

    def data(self, name: str, /, role: PersonRole = "manager", **arguments: Any) -> dict[str, Any]:
        """The figures of a call that must succeed."""
        result = self(name, role, **arguments)
        assert result.ok, result.content
        return dict(result.content["data"])

    def code(self, name: str, /, role: PersonRole = "manager", **arguments: Any) -> str:
        """The error code of a call that must fail."""
        result = self(name, role, **arguments)
        assert not result.ok, result.content
        assert result.content["ok"] is False
        return str(result.content["error"]["code"])


@dataclass
class BancoCentral:
    """A stand-in on loopback. `respond` may be replaced; `paths` keeps what was asked for."""

    url: str = ""
    paths: list[str] = field(default_factory=list)
    respond: Respond = lambda request: None

    def answers(self, body: bytes | dict[str, Any], status: int = 200) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()

        def respond(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content)

        self.respond = respond


@pytest.fixture
def banco_central(monkeypatch: pytest.MonkeyPatch) -> Iterator[BancoCentral]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    bank = BancoCentral()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            bank.paths.append(self.path)
            bank.respond(self)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    bank.url = f"http://127.0.0.1:{server.server_address[1]}/olinda/odata"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield bank
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="package")
def sales(demo_database_url: str) -> Iterator[SalesSource]:
    made = SalesSource(demo_reader_url(demo_database_url))
    yield made
    made.close()


@pytest.fixture
def call(sales: SalesSource) -> Iterator[Caller]:
    exchange = ExchangeRates("http://127.0.0.1:9")
    yield Caller(build_tools(sales, exchange, HandClock()))
    exchange.close()


@pytest.fixture(scope="package")
def owners(demo_database_url: str) -> dict[str, str]:
    """Whose customer each one is."""
    query = "SELECT c.name, s.name FROM demo.customer c JOIN demo.salesperson s ON s.id = c.salesperson_id"
    with psycopg.connect(demo_database_url) as connection:
        return dict(connection.execute(query).fetchall())
