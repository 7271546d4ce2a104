"""The tool that looks things up in the person's own past conversations, on whichever channel."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError
from sqlalchemy import Engine

from agent.base import PersonRole, Tool, ToolContext, ToolResult, ToolSpec
from agent.tools.decorator import refuse
from agent.tools.schema import Arguments, describe_mistakes, strict_schema
from models.errors import ToolError
from models.memory.episodes import Episode, Span, search_past
from models.memory.remembered import SettledTurn
from models.session import statement_scope
from models.taint import Taint, has_others_words, read_taint

RECALL: Final = "recall_conversations"
_FOUND = 5
_LONGEST = 600  # characters of one side of an exchange
_DESCRIPTION: Final = (
    "Search this person's own earlier conversations with you, on any channel, by words and days.\n\n"
    "Use it when she refers to something said before that is not in the conversation above. Each hit comes with the "
    "exchange before and after it, and its date. Figures in it were true on that date: look up present ones anew."
)


class RecallArguments(Arguments):
    query: str = Field(min_length=2, max_length=300, description="What it was about, in her own words.")
    since: date | None = Field(default=None, strict=False, description="First day as YYYY-MM-DD, or null.")
    until: date | None = Field(default=None, strict=False, description="Last day as YYYY-MM-DD, or null.")


@dataclass(frozen=True, slots=True)
class _Recall:
    engine: Engine

    def call(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult:
        """Whose memory it is comes from the address that the channel verified, and is no argument."""
        try:
            arguments = RecallArguments.model_validate_json(json.dumps(dict(given)))
        except ValidationError as error:
            return refuse(ToolError(f"Wrong arguments: {describe_mistakes(error)}.", code="bad_arguments"))
        asked = arguments.model_dump(mode="json", exclude_none=True)
        situation = context.situation
        if situation.tenant is None or situation.holder is None:
            return ToolResult(True, {"ok": True, "found": []}, asked)
        span = Span(arguments.since, arguments.until)
        with statement_scope(self.engine) as connection:
            found = search_past(connection, situation.tenant, situation.holder, arguments.query, _FOUND, span)
        zone = ZoneInfo(context.timezone)
        content = {"ok": True, "found": [_describe(episode, zone) for episode in found]}
        return ToolResult(True, content | {"words_of": _whose(found)}, asked)


def build_recall_tool(engine: Engine) -> dict[str, Tool]:
    """`recall_conversations`, over Recado's own database. What third parties said then is third-party words now."""
    spec = ToolSpec(RECALL, _DESCRIPTION, strict_schema(RecallArguments))
    roles: frozenset[PersonRole] = frozenset({"rep", "manager", "customer"})
    return {RECALL: Tool(spec, "read", roles, _Recall(engine).call, frozenset({"private"}), taints=_taints)}


def _taints(result: ToolResult) -> frozenset[Taint]:
    """A replay of an older release's result, which does not say, counts as anybody's words."""
    whose = result.content.get("words_of", "others") if result.content.get("found") else "her"
    return frozenset({"tool"}) if whose == "others" else frozenset({"names"}) if whose == "records" else frozenset()


def _whose(found: Sequence[Episode]) -> str:
    """ "others" where third-party words came into any of it, "records" where names out of the records did."""
    shown = [turn for one in found for turn in (one.before, one.turn, one.after) if turn is not None]
    taints = [read_taint(turn.taint) for turn in shown]
    if any(map(has_others_words, taints)):
        return "others"
    return "records" if any(taints) else "her"


def _describe(episode: Episode, zone: ZoneInfo) -> dict[str, Any]:
    around = {"before": episode.before, "after": episode.after}
    beside = {name: _spell(turn) for name, turn in around.items() if turn is not None}
    said_on = episode.turn.asked_at.astimezone(zone).date().isoformat()
    return {"date": said_on, **_spell(episode.turn), **beside}


def _spell(turn: SettledTurn) -> dict[str, Any]:
    said = {"person": _short(turn.asked), "assistant": _short(turn.replied)}
    return {**said, "in_a_voice_note": True} if turn.is_spoken else said


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"
