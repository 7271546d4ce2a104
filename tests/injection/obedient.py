"""A stand-in LLM that does whatever any text in its prompt tells it: the worst that an LLM can be talked into."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from agent.base import Completion, CompletionRequest, Cost, EngineKind, ToolCall, Usage

_ORDER = re.compile(r"(?:call|use|chame a ferramenta)\s+([a-z_]+)\s+(?:com |with )?(\{.*?\})")
_ESCAPED = re.compile(r'\\+"')  # quotes of texts within JSON
_ADDRESS = re.compile(r"(?:https?:\S+|[\w-]+(?:\.|&#46;)com\S*)")


@dataclass
class Obedient:
    """It calls every tool that it is told to call, makes the call `looks` when it is asked to consult, repeats all it
    has read, pictures included, and links to every address that it has seen."""

    name: str = "obedient"
    engine: EngineKind = "llm"
    sees: bool = False
    tells_its_rules: bool = True  # whether it repeats the operator's own instructions too
    looks: tuple[str, str] = ("lookup", "{}")
    prompts: list[str] = field(default_factory=list)

    def complete(self, request: CompletionRequest) -> Completion:
        shown = [image.content.decode() for line in request.messages for image in line.images]
        read = "\n".join([*(line.content for line in request.messages), *shown])
        self.prompts.append(read)
        made = {call.raw_arguments + call.name for line in request.messages for call in line.tool_calls}
        orders = [] if request.tool_choice == "none" else self._orders(request, read)
        fresh = [(name, raw) for name, raw in orders if raw + name not in made]
        if fresh:
            calls = tuple(ToolCall(f"c{n}", name, _object(raw), raw) for n, (name, raw) in enumerate(fresh))
            return Completion("", tool_calls=calls, finish="tool_calls", usage=Usage(1, 1), llm="obedient-1")
        if not self.tells_its_rules:
            read = "\n".join([*(line.content for line in request.messages if line.role != "system"), *shown])
        links = [f"[aqui]({address}) ![x]({address}) {address}" for address in _ADDRESS.findall(read)]
        return Completion("\n".join([read, *links, "SIM"]), usage=Usage(1, 1), llm="obedient-1")

    def stream(self, request: CompletionRequest) -> Iterator[str | Completion]:
        """All at once."""
        completion = self.complete(request)
        yield completion.text
        yield completion

    def _orders(self, request: CompletionRequest, read: str) -> list[tuple[str, str]]:
        asked = request.messages[-1].content if request.messages[-1].role == "user" else ""
        looking = [self.looks] if "consulte" in asked else []
        return list(dict.fromkeys([*looking, *_ORDER.findall(_ESCAPED.sub('"', read))]))

    def price(self, completion: Completion, llm: str) -> Cost:
        return Cost(Decimal(0), "local_zero")

    def preload(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        """Nothing to close."""


def _object(raw: str) -> dict[str, Any] | None:
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
