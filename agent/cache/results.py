"""Results of tools that only read, given again for an equal call over the same data, across turns and people.

Only a tool whose source tells its version, or that says for how long, is asked for an earlier result. What stands in
the key is as hard as for whole answers; nothing but the time tells a result that was given again from a new one.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from agent.base import Tool, ToolContext, ToolResult
from models.errors import ToolError

_GENERATION: Final = 1  # raise it when a tool of ours comes to answer equal calls in another way
_REUSED: Final = "reused"

_log = logging.getLogger("recado.cache")


@dataclass(frozen=True, slots=True)
class EarlierResult:
    """What an equal call was told, and when it was made."""

    result: ToolResult
    read_at: datetime


class Shelf(Protocol):
    """Where results lie. It never raises: without it tools are called."""

    def find(self, tenant_id: UUID, key: str) -> EarlierResult | None: ...

    def keep(
        self, tenant_id: UUID, key: str, turn_id: UUID, name: str, result: ToolResult, life: timedelta
    ) -> None: ...


def keep_results(tools: Mapping[str, Tool], shelf: Shelf, agent: str, most: timedelta) -> dict[str, Tool]:
    """The same tools; those whose results may be kept, for `most` at most, look for an earlier one first. `agent` names
    who uses them with all that it is made of."""
    if most <= timedelta(0):
        return dict(tools)
    return {
        name: replace(tool, call=_Kept(tool, shelf, agent, most).call) if _may_be_kept(tool) else tool
        for name, tool in tools.items()
    }


def is_reused(content: Mapping[str, Any]) -> bool:
    """Whether a result was an earlier call's."""
    return content.get(_REUSED) is True


def _may_be_kept(tool: Tool) -> bool:
    return tool.effect == "read" and (tool.version is not None or tool.cache_for > timedelta(0))


@dataclass(frozen=True, slots=True)
class _Kept:
    """One tool with a shelf before it."""

    tool: Tool
    shelf: Shelf
    agent: str
    most: timedelta

    def call(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        tenant_id, turn_id = context.situation.tenant, context.turn_id
        version = self._version(tenant_id)
        life = self.most if version is not None else min(self.most, self.tool.cache_for)
        if tenant_id is None or turn_id is None or life <= timedelta(0):
            return self.tool.call(context, arguments)
        key = self._key(context, arguments, version)
        if not context.is_refresh and (earlier := self.shelf.find(tenant_id, key)) is not None:
            return _given_again(earlier, context.timezone)
        result = self.tool.call(context, arguments)
        if result.ok and self._version(tenant_id) == version:
            self.shelf.keep(tenant_id, key, turn_id, self.tool.spec.name, result, life)
        return result

    def _version(self, tenant_id: UUID | None) -> str | None:
        try:
            return None if self.tool.version is None else self.tool.version(tenant_id)
        except ToolError as error:
            _log.warning("nobody can tell the version of what %s reads: %s", self.tool.spec.name, error)
            return None

    def _key(self, context: ToolContext, arguments: Mapping[str, Any], version: str | None) -> str:
        """Who asks stands in it by name only where nobody tells what the result hangs on."""
        who, spec = context.situation, self.tool.spec
        parts = {
            "generation": _GENERATION,
            "tenant": str(who.tenant),
            "agent": self.agent,
            "tool": [spec.name, spec.description, spec.parameters],
            "version": version,
            "who": [who.role, who.salesperson, who.customer, None if version is not None else who.person_name],
            "when": [who.today.isoformat(), context.timezone],
            "language": [context.language, who.language],
            "arguments": arguments,
        }
        written = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(written.encode()).hexdigest()


def _given_again(earlier: EarlierResult, timezone: str) -> ToolResult:
    """With the time of the first reading, which most results tell by themselves."""
    read_at = earlier.read_at.astimezone(ZoneInfo(timezone)).isoformat(timespec="seconds")
    return replace(earlier.result, content={"as_of": read_at, **earlier.result.content, _REUSED: True})
