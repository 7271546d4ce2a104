"""MCP servers that come and go: what they offer is asked for when an agent is built, and again, ever more rarely, while
anything approved is missing: in the background, so that no turn waits for it."""

import importlib.util
import logging
from collections.abc import ItemsView, Iterator, Mapping, Sequence
from threading import Lock
from types import MappingProxyType
from typing import Final

from agent.base import Tool
from agent.mcp.connection import McpConnection
from agent.mcp.spec import McpServerSpec
from agent.mcp.tools import Stock, name_tools, take_stock
from agent.side_threads import begin
from models.clock import Clock, SystemClock
from models.errors import ConfigurationError
from models.known_secrets import spellings_of
from models.network.wall import Wall
from models.secret_reference import find_references, resolve_reference

_log = logging.getLogger("recado.mcp")
_FIRST_PAUSE: Final = 5.0  # seconds until a server is asked again, doubling
_LONGEST_PAUSE: Final = 300.0


class McpServer:
    """One server of an agent. For any thread."""

    def __init__(self, spec: McpServerSpec, connection: McpConnection, clock: Clock) -> None:
        self.name = spec.name
        self.tool_names = name_tools(spec)
        self._spec, self._connection, self._clock = spec, connection, clock
        self._lock = Lock()
        self._stock = Stock({}, ())
        self._pause = _FIRST_PAUSE
        self._due_at: float | None = None  # None: nothing is missing
        self._is_asking = False

    def tools(self) -> Mapping[str, Tool]:
        """What it offers as far as is known; where something is missing and it is time, somebody goes and asks."""
        with self._lock:
            is_due = self._due_at is not None and self._due_at <= self._clock.monotonic() and not self._is_asking
            self._is_asking |= is_due
            found = self._stock.tools
        if is_due:
            begin(f"mcp {self.name}", self._ask_again)
        return found

    @property
    def complaints(self) -> tuple[str, ...]:
        """What was amiss when it was asked last."""
        return self._stock.complaints

    def ask(self) -> None:
        """Takes in what it offers now; what is amiss goes into the log where it is news. Never raises."""
        stock = take_stock(self._spec, self._connection, self._withdraw)
        with self._lock:
            before, self._stock = self._stock, stock
            self._due_at = self._clock.monotonic() + self._pause if stock.complaints else None
            self._pause = min(2 * self._pause, _LONGEST_PAUSE) if stock.complaints else _FIRST_PAUSE
        for complaint in stock.complaints:
            if complaint not in before.complaints:
                _log.error("%s", complaint)
        if before.complaints and not stock.complaints:
            _log.info("MCP server %s offers all its tools again", self.name)

    def _ask_again(self) -> None:
        try:
            self.ask()
        except Exception:
            _log.exception("MCP server %s could not be asked again", self.name)
        finally:
            with self._lock:
                self._is_asking = False

    def _withdraw(self, name: str) -> None:
        """A tool that has changed is offered no more until it says again what was approved of."""
        with self._lock:
            left = {kept: tool for kept, tool in self._stock.tools.items() if kept != name}
            self._stock = Stock(left, self._stock.complaints)
            self._due_at = self._clock.monotonic()


class McpTools(Mapping[str, Tool]):
    """The tools of servers as they are at the moment of looking, beside others that never change."""

    def __init__(self, servers: Sequence[McpServer], beside: Mapping[str, Tool] = MappingProxyType({})) -> None:
        """Raises ConfigurationError for a name that is taken: an LLM would not know which of the two it calls."""
        self._servers, self._beside = tuple(servers), dict(beside)
        taken = set(beside)
        for server in servers:
            if twice := sorted(taken & server.tool_names):
                raise ConfigurationError(f"two tools are called {twice[0]}: rename one of them, or its server")
            taken |= server.tool_names

    @property
    def complaints(self) -> tuple[str, ...]:
        """What is amiss with any of the servers."""
        return tuple(complaint for server in self._servers for complaint in server.complaints)

    def __getitem__(self, name: str) -> Tool:
        return self._now()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def items(self) -> ItemsView[str, Tool]:
        """Of one moment."""
        return self._now().items()

    def _now(self) -> dict[str, Tool]:
        now = dict(self._beside)
        for server in self._servers:
            now |= server.tools()
        return now


def connect_servers(
    specs: Sequence[McpServerSpec], *, environ: Mapping[str, str], clock: Clock | None = None, wall: Wall | None = None
) -> list[McpServer]:
    """Nobody is asked yet. Raises ConfigurationError for what only the operator can mend."""
    if specs and importlib.util.find_spec("mcp") is None:
        raise ConfigurationError("an agent names MCP servers: install requirements-mcp.txt, or take them out")
    return [McpServer(spec, _connect(spec, environ, wall), clock or SystemClock()) for spec in specs]


def build_mcp_tools(
    specs: Sequence[McpServerSpec],
    *,
    environ: Mapping[str, str],
    clock: Clock | None = None,
    beside: Mapping[str, Tool] = MappingProxyType({}),
    wall: Wall | None = None,
) -> McpTools:
    """Each server is asked once now. One that does not answer, and a tool whose pin is broken, cost their tools and an
    error line, never the start. Raises ConfigurationError."""
    servers = connect_servers(specs, environ=environ, clock=clock, wall=wall)
    tools = McpTools(servers, beside)
    for server in servers:
        server.ask()
    return tools


def _connect(spec: McpServerSpec, environ: Mapping[str, str], wall: Wall | None) -> McpConnection:
    headers = {name: resolve_reference(value, environ) for name, value in spec.headers.items()}
    named = {name for value in spec.headers.values() for name in find_references(value)}
    secrets = spellings_of(resolve_reference(f"${{{name}}}", environ) for name in named)
    return McpConnection(spec, headers, secrets, wall)
