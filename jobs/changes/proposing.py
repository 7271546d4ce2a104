"""Changes put before a person: shown to the letter, asked about by code, and asked about anew where what she was shown
holds no longer."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agent.base import Situation, Tool, ToolContext, ToolResult
from agent.links import spell_out, tame_links, without_unseen
from agent.phrases import phrase
from agent.toolbox import Toolbox
from agent.writing import Change
from jobs.agents import Terms
from jobs.question import find_situation
from jobs.runtime import Services
from models.changes.proposal import Asked, Proposal, add_proposal, decide, find_of_turn
from models.errors import ToolError
from models.language import Language
from models.lease import Lease
from models.session import session_scope
from models.turns import BegunTurn, Thread


@dataclass(frozen=True, slots=True)
class TurnProposer:
    """Implements `agent.policy.Proposer` for one execution of one turn."""

    services: Services
    lease: Lease
    thread: Thread
    turn: BegunTurn
    terms: Terms

    def propose(self, tool: Tool, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        """Raises ToolError for arguments that the tool refuses, and LeaseLost. What nobody can see is no part of a
        change, and what her platform would hide is spelt out: she agrees to what is made, to the letter."""
        arguments = _seen(arguments)
        change = tool.writing.preview(context, arguments) if tool.writing else _as_they_are(tool, arguments)
        thread, person = self.thread, context.situation.person_name
        asked = Asked(thread.account.tenant_id, thread.conversation_id, self.turn.id, thread.sender, person)
        words = tame_links(spell_out(change.words), self.services.link_hosts)
        with session_scope(self.services.engine) as connection:
            add_proposal(
                connection,
                self.lease,
                asked,
                call_key=context.key,
                tool=tool.spec.name,
                definition=define(tool, self.terms.version_id),
                arguments=change.arguments,
                words=words,
                language=context.language,
                lives=self.terms.spec.changes.lives_on(thread.account.channel),
            )
        told = "nothing was changed yet: the person reads this change below your reply and is asked for a yes"
        return ToolResult(True, {"ok": True, "proposed": words, "note": told}, change.arguments)

    def propose_anew(self, proposal: Proposal, tool: Tool, situation: Situation) -> None:
        """The same wish, shown as it would be made now. Safe to repeat within a turn. Raises ToolError, LeaseLost."""
        key = f"again-{proposal.id}"
        context = ToolContext(situation, self.thread.timezone, key, language_of(proposal))
        self.propose(tool, context, proposal.arguments)

    def ask_for_yes(self, toolbox: Toolbox) -> str:
        """What the person is asked at the end of the reply, by code; empty where nothing waits for her yes. A turn
        that is begun again long after shows afresh what it showed then. Raises LeaseLost."""
        waiting = self._find_waiting()
        late = [proposal for proposal in waiting if proposal.is_late]
        if not late:
            return phrase("say_yes", language_of(waiting[0]), changes=listed(waiting)) if waiting else ""
        with session_scope(self.services.engine) as connection:
            decide(connection, self.lease, late, "expired", self.turn.id)
            situation = find_situation(self.services, connection, self.thread)
        for proposal in late:
            tool = toolbox.find(proposal.tool, situation)
            try:
                if tool is not None:
                    self.propose_anew(proposal, tool, situation)
            except ToolError:
                continue  # it would not be asked for today: the words above tell that nothing was changed
        waiting = self._find_waiting()
        asked = [phrase("say_yes", language_of(late[0]), changes=listed(waiting))] if waiting else [listed(late)]
        return "\n\n".join([phrase("yes_late", language_of(late[0])), *asked])

    def _find_waiting(self) -> list[Proposal]:
        with session_scope(self.services.engine) as connection:
            return find_of_turn(connection, self.turn.id)


def define(tool: Tool, version_id: UUID | None) -> str:
    """SHA-256 over what the LLM is told of the tool, what it may do, and the version of the agent that holds it."""
    spec = tool.spec
    content = [spec.name, spec.description, spec.parameters, tool.effect, sorted(tool.labels), str(version_id)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def language_of(proposal: Proposal) -> Language:
    return proposal.language  # type: ignore[return-value]  # what a proposer wrote


def listed(proposals: Sequence[Proposal]) -> str:
    if len(proposals) == 1:
        return proposals[0].words
    return "\n".join(f"{number}. {proposal.words}" for number, proposal in enumerate(proposals, 1))


def _seen(value: Any) -> Any:
    if isinstance(value, str):
        return without_unseen(value)
    if isinstance(value, Mapping):
        return {name: _seen(entry) for name, entry in value.items()}
    return [_seen(entry) for entry in value] if isinstance(value, list) else value


def _as_they_are(tool: Tool, arguments: Mapping[str, Any]) -> Change:
    shown = " ".join("; ".join(f"{name}: {value}" for name, value in arguments.items()).split())
    return Change(f"**{tool.spec.name}** ({shown})", arguments)
