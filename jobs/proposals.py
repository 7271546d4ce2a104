"""Changes from the asking to the making: put before the person, decided by her own bare words, made once, undone."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from agent.base import Language, Situation, Tool, ToolContext, ToolResult
from agent.decisions import Decision
from agent.links import spell_out, tame_links, without_unseen
from agent.phrases import Phrase, phrase
from agent.toolbox import Toolbox
from agent.writing import Change
from jobs.duty import call_person
from jobs.question import find_situation
from jobs.runtime import Services
from models.errors import ToolError
from models.faultpoint import faultpoint
from models.lease import Lease
from models.proposal import (
    Asked,
    Proposal,
    Status,
    add_proposal,
    decide,
    find_asked_just_before,
    find_decided_in,
    find_of_turn,
    find_undoable,
    record_outcome,
)
from models.session import session_scope
from models.turns import BegunTurn, Thread

LIVES = timedelta(minutes=30)  # how long a yes is waited for
UNDO_WINDOW = timedelta(minutes=15)

_SAID: Mapping[Status, Phrase] = {
    "applied": "done",
    "failed": "done_failed",
    "unknown": "done_unknown",
    "undone": "undone",
}

_log = logging.getLogger("recado.proposals")


@dataclass(frozen=True, slots=True)
class TurnProposer:
    """Implements `agent.policy.Proposer` for one execution of one turn."""

    services: Services
    lease: Lease
    thread: Thread
    turn: BegunTurn

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
                arguments=change.arguments,
                words=words,
                language=context.language,
                lives=LIVES,
            )
        told = "nothing was changed yet: the person reads this change below your reply and is asked for a yes"
        return ToolResult(True, {"ok": True, "proposed": words, "note": told}, change.arguments)


def _seen(value: Any) -> Any:
    if isinstance(value, str):
        return without_unseen(value)
    if isinstance(value, Mapping):
        return {name: _seen(entry) for name, entry in value.items()}
    return [_seen(entry) for entry in value] if isinstance(value, list) else value


def _as_they_are(tool: Tool, arguments: Mapping[str, Any]) -> Change:
    shown = " ".join("; ".join(f"{name}: {value}" for name, value in arguments.items()).split())
    return Change(f"**{tool.spec.name}** ({shown})", arguments)


def ask_for_yes(services: Services, turn: BegunTurn) -> str:
    """What the person is asked at the end of the reply, by code; empty where nothing waits for her yes."""
    with session_scope(services.engine) as connection:
        waiting = find_of_turn(connection, turn.id)
    return phrase("say_yes", _language(waiting[0]), changes=_listed(waiting)) if waiting else ""


def _language(proposal: Proposal) -> Language:
    return proposal.language  # type: ignore[return-value]  # what a proposer wrote


def _listed(listed: Sequence[Proposal]) -> str:
    if len(listed) == 1:
        return listed[0].words
    return "\n".join(f"{number}. {proposal.words}" for number, proposal in enumerate(listed, 1))


@dataclass(frozen=True, slots=True)
class Deciding:
    """A turn that says nothing but yes, no or undo."""

    services: Services
    toolbox: Toolbox
    lease: Lease
    thread: Thread
    turn: BegunTurn

    def answer(self, decision: Decision) -> str | None:
        """The words for the person; None where there is nothing to decide on, so that the assistant may answer. What a
        killed execution had decided is gone on with. Raises LeaseLost."""
        with session_scope(self.services.engine) as connection:
            situation = find_situation(self.services, connection, self.thread)
            decided = find_decided_in(connection, self.thread.conversation_id, self.turn.id)
            fresh = [] if decided else self._decide(connection, decision)
        if not decided and not fresh:
            return None
        if decision == "no":
            return phrase("not_done", _language((decided or fresh)[0]), changes=_listed(decided or fresh))
        work = self._undo if decision == "undo" else self._make
        said = [work(proposal, situation, is_fresh=not decided) for proposal in decided or fresh]
        return "\n\n".join(said)

    def _decide(self, connection: Any, decision: Decision) -> list[Proposal]:
        conversation, address = self.thread.conversation_id, self.thread.sender
        if decision == "undo":
            found = find_undoable(connection, conversation, address, UNDO_WINDOW)
            undoable = [proposal for proposal in found if self._can_undo(proposal)]
            return decide(connection, self.lease, undoable, "undoing", self.turn.id)
        found = find_asked_just_before(connection, conversation, self.turn.id, self.turn.number, address)
        status: Status = "confirmed" if decision == "yes" else "rejected"
        return decide(connection, self.lease, found, status, self.turn.id)

    def _can_undo(self, proposal: Proposal) -> bool:
        tool = self.toolbox.tools.get(proposal.tool)
        return tool is not None and tool.writing is not None and tool.writing.undo is not None

    def _make(self, proposal: Proposal, situation: Situation, *, is_fresh: bool) -> str:
        if proposal.status in ("applied", "failed", "unknown"):
            return self._say(proposal, proposal.status)  # made before the execution died
        tool = self.toolbox.find(proposal.tool, situation)
        if tool is None or not proposal.is_genuine:
            return self._end(proposal, "failed", {"error": "not allowed any more"})
        context = self._context(proposal, situation)
        faultpoint("tool.due")
        status, result = _apply(tool, context, proposal.arguments, is_fresh=is_fresh)
        faultpoint("tool.worked")
        said = self._end(proposal, status, result)
        faultpoint("tool.journalled")
        return said

    def _undo(self, proposal: Proposal, situation: Situation, *, is_fresh: bool) -> str:
        tool = self.toolbox.find(proposal.tool, situation)
        if proposal.status == "undone":
            return self._say(proposal, "undone")
        if tool is None or tool.writing is None or tool.writing.undo is None:
            self._end(proposal, "applied", {"error": "not allowed any more"})
            return phrase("not_undone", _language(proposal), changes=proposal.words)
        try:
            result = tool.writing.undo(self._context(proposal, situation), proposal.arguments)
        except ToolError as error:
            return self._end(proposal, "unknown", {"error": str(error)})
        return self._end(proposal, "undone" if result.ok else "unknown", result.content)

    def _context(self, proposal: Proposal, situation: Situation) -> ToolContext:
        return ToolContext(situation, self.thread.timezone, f"proposal-{proposal.id}", _language(proposal))

    def _end(self, proposal: Proposal, status: Status, result: Mapping[str, Any]) -> str:
        with session_scope(self.services.engine) as connection:
            record_outcome(connection, self.lease, proposal, status, result)
        if status == "unknown":
            call_person(self.services, self.thread, "failed")
        _log.info("a change was decided on", extra={"tool": proposal.tool, "status": status})
        return self._say(proposal, status)

    def _say(self, proposal: Proposal, status: Status) -> str:
        name: Phrase = _SAID[status]
        if status == "applied" and self._can_undo(proposal):
            name = "done_undoable"
        return phrase(name, _language(proposal), changes=proposal.words)


def _apply(
    tool: Tool, context: ToolContext, arguments: Mapping[str, Any], *, is_fresh: bool
) -> tuple[Status, Mapping[str, Any]]:
    """Whoever goes on with a killed execution's work asks the target first, and repeats nothing in the dark."""
    find = tool.writing.find if tool.writing is not None else None
    try:
        if not is_fresh:
            if find is None:
                return "unknown", {"error": "the worker died meanwhile"}
            found = find(context, arguments)
            if found is not None:
                return "applied", found.content
        result = tool.call(context, arguments)
    except ToolError as error:
        return _fate(error.code), {"error": str(error)}
    if result.ok:
        return "applied", result.content
    told = result.content.get("error")
    return _fate(told.get("code") if isinstance(told, Mapping) else None), result.content


def _fate(code: object) -> Status:
    """`unknown_outcome`: it was sent, and nobody can say what became of it."""
    return "unknown" if code == "unknown_outcome" else "failed"
