"""The far side of the tool that writes: it knows a key again, keeps its own history, and can be read by the judge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from agent.base import Tool, ToolContext, ToolResult, ToolSpec
from tests.matrix.lives import current_life


@dataclass(frozen=True)
class Entry:
    """One effect: `what` was to be written, and the `thought` of the LLM that decided so."""

    key: str
    what: str
    thought: str
    receipt: str


@dataclass
class Ledger:
    """Takes each key once; without one it takes whatever comes."""

    entries: list[Entry] = field(default_factory=list)
    requests: int = 0
    _lock: Lock = field(default_factory=Lock)

    def clear(self) -> None:
        self.entries.clear()
        self.requests = 0

    def write(self, key: str, what: str, thought: str) -> Entry:
        with self._lock:
            self.requests += 1
            known = next((entry for entry in self.entries if key and entry.key == key), None)
            if known is not None:
                return known
            self.entries.append(Entry(key, what, thought, f"r{len(self.entries) + 1}"))
            return self.entries[-1]


def _spec(name: str, *parameters: str) -> ToolSpec:
    properties = {parameter: {"type": "string"} for parameter in parameters}
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(parameters),
        "additionalProperties": False,
    }
    return ToolSpec(name, f"{name}.", schema)


def build_tools(ledger: Ledger) -> dict[str, Tool]:
    """One that reads and one that writes."""

    def look_up(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        return ToolResult(True, {"ok": True, "data": "nothing yet"}, arguments)

    def write_down(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        life = current_life()
        if life is not None:
            life.check()
        entry = ledger.write(context.key, arguments["what"], arguments["thought"])
        return ToolResult(True, {"ok": True, "receipt": entry.receipt}, arguments)

    roles = frozenset({"manager", "rep"})
    return {
        "look_up": Tool(_spec("look_up", "what"), "read", roles, look_up),
        "write_down": Tool(_spec("write_down", "what", "thought"), "write", roles, write_down),
    }
