"""Who may have what done, on whose words: one table in code, which no text of a conversation changes. Pure.

A run is tainted once third-party words stand in its prompt: what they ask for must move nothing and carry nothing away.
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol

from agent.base import Effect, PersonRole, Tool, ToolContext, ToolResult, TurnInput
from models.taint import Taint, has_others_words

Verdict = Literal["allow", "ask", "deny"]
Recipient = Literal["conversation", "company", "outside"]  # who gets what the call carries
Policy = Callable[[Tool, bool, PersonRole], Verdict]  # the tool, whether the run is tainted, who asks

_Row = tuple[Effect, Recipient, bool]

# effect, who gets it, tainted -> what each role may; whoever is not named may not.
TABLE: Final[Mapping[_Row, Mapping[PersonRole, Verdict]]] = MappingProxyType(
    {
        ("read", "conversation", False): {"manager": "allow", "rep": "allow", "customer": "allow"},
        ("read", "conversation", True): {"manager": "allow", "rep": "allow", "customer": "allow"},
        ("read", "outside", False): {"manager": "allow", "rep": "allow"},
        ("read", "outside", True): {},
        ("write", "company", False): {"manager": "ask", "rep": "ask"},
        ("write", "company", True): {},
        ("write", "outside", False): {"manager": "ask", "rep": "ask"},
        ("write", "outside", True): {},
        ("external_write", "company", False): {"manager": "ask", "rep": "ask"},
        ("external_write", "company", True): {},
        ("external_write", "outside", False): {"manager": "ask", "rep": "ask"},
        ("external_write", "outside", True): {},
    }
)


def recipient_of(tool: Tool) -> Recipient:
    """Never the LLM's choice: where a reply goes is the channel's, where a call goes is the tool's own."""
    if "sink" in tool.labels:
        return "outside"
    return "conversation" if tool.effect == "read" else "company"


def decide(tool: Tool, is_tainted: bool, role: PersonRole) -> Verdict:
    """`ask`: the same verified person must say yes to the very change, in words that code reads."""
    return TABLE.get((tool.effect, recipient_of(tool), is_tainted), {}).get(role, "deny")


def is_tainted_for(tool: Tool, taint: Collection[Taint]) -> bool:
    """A name that a customer gave himself is no sentence, so a change may be put before the person, who reads it to the
    letter. But it may have been chosen to be followed: what would reach outside without asking her is closed."""
    return has_others_words(taint) or (bool(taint) and tool.effect == "read")


def taint_of(turn: TurnInput) -> frozenset[Taint]:
    """How third-party words stand in the prompt before any tool has answered. Pure."""
    found = set(turn.taint)
    if turn.situation.role in ("customer", "unknown"):
        found.add("outsider")
    if any(line.origin in ("outsider", "third_party") for line in turn.history):
        found.add("remembered")
    if any(line.origin == "tool" for line in turn.history):
        found.add("names")
    return frozenset(found)


def taint_brought(tool: Tool | None, result: ToolResult) -> frozenset[Taint]:
    """Whose words a result carries into the prompt. None for a tool: refused, or journalled by an earlier version of
    the agent. What strangers wrote is anybody's, unless the tool knows better whose it is."""
    if tool is None:
        return frozenset({"tool"}) if result.ok else frozenset()
    told = tool.taints(result)
    return told | {"tool"} if "untrusted" in tool.labels and not has_others_words(told) else told


class Proposer(Protocol):
    """Puts a change before the person instead of making it; code, not the LLM, reads her answer."""

    def propose(self, tool: Tool, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Nothing is changed yet. Safe to repeat under the same `context.key`."""
        ...
