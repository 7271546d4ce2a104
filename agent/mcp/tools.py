"""Makes tools of an MCP server's tools: those on the list whose pins hold; any other is left out, and said to be."""

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agent.base import Label, Tool, ToolContext, ToolResult, ToolSpec
from agent.mcp.connection import McpConnection, McpUnreachable, PinBroken
from agent.mcp.pins import OfferedTool
from agent.mcp.spec import McpServerSpec, McpToolSpec
from agent.tools.decorator import refuse
from agent.tools.http.answer import fit, presentable, unknown_outcome
from agent.tools.json_arguments import ArgumentSchema
from models.errors import ConfigurationError, ToolError

_log = logging.getLogger("recado.mcp")
_ILLEGAL: Final = re.compile(r"[^a-zA-Z0-9_-]")
_LONGEST_NAME: Final = 64
_LATE: Final = 5.0  # seconds that the tool's own time-out leaves to the connection's, which comes first


@dataclass(frozen=True, slots=True)
class Stock:
    """What a server offers of what was approved, by the tools' names here, and what is amiss, a line each."""

    tools: Mapping[str, Tool]
    complaints: tuple[str, ...]


def take_stock(spec: McpServerSpec, connection: McpConnection, withdraw: Callable[[str], None]) -> Stock:
    """Asks the server once. `withdraw` is told the name here of a tool that is found changed when it is called."""
    try:
        offered = {tool.name: tool for tool in connection.list_tools()}
    except McpUnreachable as error:
        return Stock({}, (f"MCP server {spec.name} does not answer ({error}): its tools are not offered",))
    tools, complaints = {}, []
    for wanted in spec.tools:
        try:
            tool = _McpTool(spec, wanted, _approved(wanted, offered.get(wanted.name)), connection, withdraw)
            tools[tool.name] = tool.as_tool()
        except ValueError as error:
            complaints.append(f"MCP tool {wanted.name} of {spec.name} is not offered: {error}")
    return Stock(tools, tuple(complaints))


def name_tools(spec: McpServerSpec) -> frozenset[str]:
    """What its tools are called here. Raises ConfigurationError where two would be called the same."""
    names = [_name_of(spec, wanted) for wanted in spec.tools]
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"two MCP tools are called {name}: leave one of them out")
    return frozenset(names)


def _name_of(server: McpServerSpec, wanted: McpToolSpec) -> str:
    return _ILLEGAL.sub("_", f"{server.name}_{wanted.name}")[:_LONGEST_NAME]


def _approved(wanted: McpToolSpec, found: OfferedTool | None) -> OfferedTool:
    """Raises ValueError."""
    if found is None:
        raise ValueError("the server has no such tool")
    if found.pin != wanted.pin:
        raise ValueError(f"it says something else of itself than when it was approved; look at it, and pin {found.pin}")
    return found


class _McpTool:
    """One approved tool, ready to be called from any thread."""

    def __init__(
        self,
        server: McpServerSpec,
        wanted: McpToolSpec,
        found: OfferedTool,
        connection: McpConnection,
        withdraw: Callable[[str], None],
    ) -> None:
        """Raises ValueError for a schema that no LLM can be told."""
        self._server = server
        self._wanted = wanted
        self._connection = connection
        self._withdraw = withdraw
        self.name = _name_of(server, wanted)
        self._schema = ArgumentSchema({key: value for key, value in found.schema.items() if key != "$schema"})
        self._told = ToolSpec(self.name, " ".join(found.description.split()), self._schema.strict)

    def as_tool(self) -> Tool:
        reaches_out = self._wanted.sink or self._wanted.effect != "read"
        labels: set[Label] = {"untrusted", "sink"} if reaches_out else {"untrusted"}
        return Tool(
            self._told,
            self._wanted.effect,
            frozenset(self._wanted.roles),
            self.call,
            labels=frozenset(labels),
            timeout=2 * self._server.timeout_seconds + _LATE,  # waiting for a place, then the call
            max_bytes=self._server.max_bytes,
        )

    def call(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult:
        arguments: dict[str, Any] = {}
        try:
            if context.situation.role not in self._wanted.roles:
                raise ToolError("This person may not use this tool.", code="not_allowed", retryable=False)
            arguments = self._schema.check(given)
            result = self._connection.call(self._wanted.name, self._wanted.pin, arguments)
            return self._read(result, arguments)
        except PinBroken:
            _log.error(
                "MCP tool %s of %s has changed since it was approved: it is not called",
                self._wanted.name,
                self._server.name,
            )
            self._withdraw(self.name)
            error = ToolError("This tool was switched off: it has changed.", code="disabled", retryable=False)
            return refuse(error, arguments)
        except McpUnreachable as unreachable:
            _log.warning("MCP server %s: %s", self._server.name, unreachable)
            return refuse(self._fate_of(unreachable), arguments)
        except ToolError as error:
            return refuse(error, arguments)

    def _fate_of(self, error: McpUnreachable) -> ToolError:
        if error.was_sent and self._wanted.effect != "read":
            return unknown_outcome()
        return ToolError("The other system cannot be reached now.", code="unreachable", retryable=True)

    def _read(self, result: Mapping[str, Any], arguments: Mapping[str, Any]) -> ToolResult:
        shown, left_out = self._shown(presentable(_data_of(result), self._connection.secrets))
        content: dict[str, Any] = {"ok": not result.get("isError"), "source": self._told.name, "data": shown}
        if left_out:
            content |= {"truncated": True, "left_out": left_out}
        if result.get("isError"):
            del content["data"]
            content["error"] = {"code": "refused", "message": json.dumps(shown, ensure_ascii=False)[:500]}
        return ToolResult(ok=bool(content["ok"]), content=content, arguments=arguments)

    def _shown(self, data: Any) -> tuple[Any, int]:
        """In the size that is left; a call that was made is told as made, however long its answer."""
        if isinstance(data, str):
            kept = data.encode()[: self._server.max_bytes // 2].decode("utf-8", "ignore")
            return kept, len(data) - len(kept)
        try:
            return fit(data, self._server.max_bytes)
        except ToolError:
            return None, 1


def _data_of(result: Mapping[str, Any]) -> Any:
    """What the tool says: its structure where it gives one, else its words. Pictures and links are left out."""
    if result.get("structuredContent") is not None:
        return result["structuredContent"]
    blocks = [block for block in result.get("content") or [] if isinstance(block, dict)]
    return "\n".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text")
