"""The tools that an agent's file describes: other companies' APIs, and SELECTs of the LLM's own."""

from collections.abc import Callable, Mapping, Set
from contextlib import ExitStack

from agent.base import Tool
from agent.spec.agent_spec import AgentSpec
from agent.tools.http.tool import build_http_tools, build_tool_client
from agent.tools.openapi.operations import build_openapi_tools
from agent.tools.sql.tool import Audit, build_sql_door, build_sql_tool
from models.clock import Clock
from models.errors import ConfigurationError
from models.network.database_wall import DatabaseWall


def build_described_tools(
    spec: AgentSpec,
    private_hosts: Set[str],
    environ: Mapping[str, str],
    clock: Clock,
    closing: ExitStack,
    audit: Audit | None = None,
    kept: Mapping[str, str] | None = None,
    wall: DatabaseWall | None = None,
) -> dict[str, Tool]:
    """By name; what they hold open is closed by `closing`. `audit` is told of each SELECT of the LLM's own; `kept` is
    what stood in the files that the spec names. Raises ConfigurationError."""
    tools: dict[str, Tool] = {}
    builders: list[Callable[[], dict[str, Tool]]] = []
    if spec.http or spec.openapi:
        client = build_tool_client(private_hosts)
        closing.callback(client.close)
        builders.append(lambda: build_http_tools(spec.http, client=client, environ=environ, clock=clock))
        builders.append(
            lambda: build_openapi_tools(spec.openapi, client=client, environ=environ, clock=clock, kept=kept)
        )
    if spec.sql is not None:
        door, sql = build_sql_door(spec.sql, environ, wall), spec.sql
        closing.callback(door.close)
        builders.append(lambda: build_sql_tool(sql, door=door, clock=clock, audit=audit))
    for build in builders:
        add_tools(tools, build())
    return tools


def add_tools(tools: dict[str, Tool], further: Mapping[str, Tool]) -> None:
    """Raises ConfigurationError for a name that is taken: an LLM would not know which of the two it calls."""
    if taken := sorted(tools.keys() & further.keys()):
        raise ConfigurationError(f"two tools are called {taken[0]}: rename one of them")
    tools.update(further)
