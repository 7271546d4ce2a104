"""An API of another company on loopback, and a way to call a configured tool against it."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from agent.base import PersonRole, Tool, ToolContext, ToolResult
from agent.tools.http.spec import HttpToolSpec
from agent.tools.http.tool import build_http_tools, build_tool_client
from models.network.guarded_client import GuardedClient
from tests.agent.tools.conftest import ZONE, HandClock, situation

SECRETS = {"STOCK_TOKEN": "s3cr3t-of-the-stock", "STOCK_KEY": "k3y-of-the-stock"}


@dataclass(frozen=True)
class Received:
    """A request as it stood on the wire."""

    method: str
    target: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class StandInApi:
    """Answers what `answers` says; `respond` may be replaced for anything odder."""

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    respond: Callable[[BaseHTTPRequestHandler], None] = lambda request: None

    def answers(self, body: Any = None, status: int = 200, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}

        def respond(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in told.items():
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content)

        self.respond = respond

    @property
    def last(self) -> Received:
        return self.requests[-1]


@pytest.fixture
def api() -> Iterator[StandInApi]:
    standin = StandInApi()
    standin.answers({"ok": True})

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            standin.requests.append(Received(self.command, self.path, headers, self.rfile.read(length)))
            standin.respond(self)

        def log_message(self, *_: object) -> None:
            return

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    standin.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield standin
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client() -> Iterator[GuardedClient]:
    made = build_tool_client(["127.0.0.1"])
    yield made
    made.close()


class ToolCaller:
    """Calls one configured tool as the assistant does."""

    def __init__(self, tool: Tool) -> None:
        self.tool = tool

    def __call__(self, role: PersonRole = "manager", /, *, key: str = "turn-0-0", **arguments: Any) -> ToolResult:
        return self.tool.call(ToolContext(situation(role), ZONE, key), arguments)

    def data(self, role: PersonRole = "manager", /, **arguments: Any) -> Any:
        result = self(role, **arguments)
        assert result.ok, result.content
        return result.content["data"]

    def error(self, role: PersonRole = "manager", /, **arguments: Any) -> dict[str, Any]:
        result = self(role, **arguments)
        assert not result.ok, result.content
        assert result.content["ok"] is False
        return dict(result.content["error"])


Make = Callable[..., ToolCaller]


def spec_of(**given: Any) -> HttpToolSpec:
    """A tool that reads the stock of an article; `given` replaces parts of it."""
    whole: dict[str, Any] = {
        "name": "stock",
        "description": "What is in stock of an article, by its number.",
        "url": "https://stock.example.com/v1/items/{sku}",
        "parameters": {"properties": {"sku": {"type": "string", "description": "Number"}}, "required": ["sku"]},
    }
    return HttpToolSpec.model_validate(whole | given)


@pytest.fixture
def make(api: StandInApi, client: GuardedClient) -> Make:
    """Builds the tool of `spec_of` with its address on the stand-in: `path` is what follows the host."""

    def build(path: str = "/v1/items/{sku}", **given: Any) -> ToolCaller:
        spec = spec_of(url=api.url + path, **given)
        return ToolCaller(build_http_tools([spec], client=client, environ=SECRETS, clock=HandClock())["stock"])

    return build
