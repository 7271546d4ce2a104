"""All tools of an agent that come from configuration: built together, closed together, none under another's name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.base import Tool
from agent.tools.http import build_http_tools, build_tool_client
from agent.tools.http_spec import HttpToolSpec
from agent.tools.openapi import describe_operations
from agent.tools.openapi_spec import OpenApiSpec
from agent.tools.sql import Audit, build_sql_door, build_sql_tool
from agent.tools.sql_spec import SqlSpec
from models.clock import Clock
from models.errors import ConfigurationError
from models.guarded_client import GuardedClient
from models.sql_door import SqlDoor


@dataclass(frozen=True, slots=True)
class ConfiguredTools:
    """The tools by name, and the ways out that they share."""

    tools: Mapping[str, Tool]
    client: GuardedClient
    door: SqlDoor | None

    def close(self) -> None:
        """Safe to repeat."""
        self.client.close()
        if self.door is not None:
            self.door.close()


@dataclass(frozen=True, slots=True)
class Ground:
    """Where tools are built: `environ` holds the secrets, `folder` the documents, `private_hosts` is the operator's
    list, `taken` the names of tools that are there already."""

    environ: Mapping[str, str]
    clock: Clock
    private_hosts: Collection[str] = ()
    folder: Path = Path()
    taken: Collection[str] = ()
    audit: Audit | None = None


def build_configured_tools(
    http: Sequence[HttpToolSpec], openapi: Sequence[OpenApiSpec], sql: SqlSpec | None, ground: Ground
) -> ConfiguredTools:
    """Nothing is connected yet. Raises ConfigurationError for a secret, a document or a name."""
    specs = [*http, *(tool for spec in openapi for tool in describe_operations(spec, ground.folder))]
    names = [*ground.taken, *(spec.name for spec in specs), *([sql.name] if sql else [])]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigurationError(f"several tools are called {', '.join(twice)}: rename those in the file")
    client = build_tool_client(ground.private_hosts)
    tools = build_http_tools(specs, client=client, environ=ground.environ, clock=ground.clock)
    if sql is None:
        return ConfiguredTools(tools, client, None)
    door = build_sql_door(sql, ground.environ)
    tools |= build_sql_tool(sql, door=door, clock=ground.clock, audit=ground.audit)
    return ConfiguredTools(tools, client, door)
