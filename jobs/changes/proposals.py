"""What a person's bare words decide about the changes put before her: made once, asked about anew, rejected, undone."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from agent.base import Situation, Tool, ToolContext
from agent.decisions import Decision
from agent.links import spell_out, tame_links
from agent.phrases import Phrase, phrase
from agent.toolbox import Toolbox
from jobs.changes.proposing import TurnProposer, define, language_of, listed
from jobs.duty import call_person
from jobs.question import find_situation
from jobs.runtime import Services
from models.changes.proposal import (
    Proposal,
    Status,
    decide,
    find_asked_just_before,
    find_decided_in,
    find_undoable,
    record_outcome,
)
from models.errors import ToolError
from models.faultpoint import faultpoint
from models.lease import Lease, check_lease
from models.session import session_scope
from models.taint import Taint
from models.turns import BegunTurn, Thread

UNDO_WINDOW = timedelta(minutes=15)

_SAID: Mapping[Status, Phrase] = {
    "applied": "done",
    "failed": "done_failed",
    "unknown": "done_unknown",
    "undone": "undone",
}
_ANEW = "anew"  # in the result of one that was not made: why she is asked anew
_STANDS = frozenset({"changed", "refused", "not_allowed", "bad_arguments"})  # an undo that for certain did nothing

_log = logging.getLogger("recado.proposals")


@dataclass(frozen=True, slots=True)
class Deciding:
    """A turn that says nothing but yes, no or undo."""

    proposer: TurnProposer
    toolbox: Toolbox
    taint: set[Taint] = field(default_factory=set)  # whose words the answer repeats, known once it was given

    @property
    def services(self) -> Services:
        return self.proposer.services

    @property
    def lease(self) -> Lease:
        return self.proposer.lease

    @property
    def thread(self) -> Thread:
        return self.proposer.thread

    @property
    def turn(self) -> BegunTurn:
        return self.proposer.turn

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
            return phrase("not_done", language_of((decided or fresh)[0]), changes=listed(decided or fresh))
        work = self._undo if decision == "undo" else self._make
        said = [work(proposal, situation, is_fresh=not decided) for proposal in decided or fresh]
        return "\n\n".join(filter(None, [*said, self.proposer.ask_for_yes(self.toolbox)]))

    def _decide(self, connection: Any, decision: Decision) -> list[Proposal]:
        conversation, address, turn = self.thread.conversation_id, self.thread.sender, self.turn
        if decision == "undo":
            found = find_undoable(connection, conversation, address, UNDO_WINDOW)
            undoable = [proposal for proposal in found if self._can_undo(proposal)]
            return decide(connection, self.lease, undoable, "undoing", turn.id)
        found = find_asked_just_before(connection, conversation, turn.id, turn.number, address)
        if decision == "no":
            return decide(connection, self.lease, found, "rejected", turn.id)
        late = decide(connection, self.lease, [one for one in found if one.is_late], "expired", turn.id)
        in_time = decide(connection, self.lease, [one for one in found if not one.is_late], "confirmed", turn.id)
        if late and not in_time:
            return find_decided_in(connection, conversation, turn.id)
        return in_time

    def _can_undo(self, proposal: Proposal) -> bool:
        tool = self.toolbox.tools.get(proposal.tool)
        return tool is not None and tool.writing is not None and tool.writing.undo is not None

    def _make(self, proposal: Proposal, situation: Situation, *, is_fresh: bool) -> str:
        tool = self.toolbox.find(proposal.tool, situation)
        if proposal.status == "expired":
            return self._ask_anew(proposal, tool, situation, phrase("yes_late", language_of(proposal)))
        if proposal.status == "failed" and (reason := (proposal.result or {}).get(_ANEW)):
            self.taint.add("crm")
            return self._ask_anew(proposal, tool, situation, reason)
        if proposal.status in ("applied", "failed", "unknown"):
            return self._say(proposal, proposal.status)  # made before the execution died
        if tool is None or not proposal.is_genuine:
            return self._end(proposal, "failed", {"error": "not allowed any more"})
        context = self._context(proposal, situation)
        if not is_fresh and (made := _find_made(tool, context, proposal.arguments)) is not None:
            return self._end(proposal, *made)
        if proposal.definition != define(tool, self.proposer.terms.version_id):
            return self._ask_anew(proposal, tool, situation, phrase("tool_changed", language_of(proposal)))
        faultpoint("tool.due")
        self._check_lease()
        status, result = _apply(tool, context, proposal.arguments)
        faultpoint("tool.worked")
        if status == "failed" and _ANEW in result:
            return self._ask_anew(proposal, tool, situation, self._repeat(result[_ANEW]), result)
        said = self._end(proposal, status, result)
        faultpoint("tool.journalled")
        return said

    def _check_lease(self) -> None:
        """Right before the target is written to: a worker that froze may find that another has done it."""
        with session_scope(self.services.engine) as connection:
            check_lease(connection, self.lease)

    def _ask_anew(
        self,
        proposal: Proposal,
        tool: Tool | None,
        situation: Situation,
        reason: str,
        result: Mapping[str, Any] | None = None,
    ) -> str:
        """Why it was not made; the change as it would be made now is asked about below."""
        if proposal.status != "expired":
            with session_scope(self.services.engine) as connection:
                record_outcome(connection, self.lease, proposal, "failed", {**(result or {}), _ANEW: reason})
        try:
            if tool is None:
                raise ToolError("This person may not use this tool.", code="not_allowed")
            self.proposer.propose_anew(proposal, tool, situation)
        except ToolError:
            return "\n\n".join([reason, self._say(proposal, "failed")])
        return reason

    def _undo(self, proposal: Proposal, situation: Situation, *, is_fresh: bool) -> str:
        tool = self.toolbox.find(proposal.tool, situation)
        if proposal.status == "undone":
            return self._say(proposal, "undone")
        if tool is None or tool.writing is None or tool.writing.undo is None:
            return self._leave(proposal, "not allowed any more")
        self._check_lease()
        try:
            made = proposal.result or {}
            result = tool.writing.undo(self._context(proposal, situation), proposal.arguments, made)
        except ToolError as error:
            if error.code in _STANDS:
                return self._leave(proposal, str(error), error.details.get(_ANEW, ""))
            return self._end(proposal, "unknown", {"error": str(error)})
        return self._end(proposal, "undone" if result.ok else "unknown", result.content)

    def _leave(self, proposal: Proposal, error: str, reason: object = "") -> str:
        """What was made stands."""
        self._end(proposal, "applied", {**(proposal.result or {}), "error": error})
        said = phrase("not_undone", language_of(proposal), changes=proposal.words)
        return f"{self._repeat(reason)}\n\n{said}" if reason else said

    def _repeat(self, reason: object) -> str:
        """How it stands at the target: whoever wrote there may have written anything."""
        self.taint.add("crm")
        return tame_links(spell_out(str(reason)), self.services.link_hosts)

    def _context(self, proposal: Proposal, situation: Situation) -> ToolContext:
        return ToolContext(situation, self.thread.timezone, f"proposal-{proposal.id}", language_of(proposal))

    def _end(self, proposal: Proposal, status: Status, result: Mapping[str, Any]) -> str:
        with session_scope(self.services.engine) as connection:
            record_outcome(connection, self.lease, proposal, status, result)
        if status == "unknown":
            call_person(self.services, self.thread, "unsettled")
        _log.info("a change was decided on", extra={"tool": proposal.tool, "status": status})
        return self._say(proposal, status)

    def _say(self, proposal: Proposal, status: Status) -> str:
        name: Phrase = _SAID[status]
        if status == "applied" and self._can_undo(proposal):
            name = "done_undoable"
        return phrase(name, language_of(proposal), changes=proposal.words)


def _find_made(
    tool: Tool, context: ToolContext, arguments: Mapping[str, Any]
) -> tuple[Status, Mapping[str, Any]] | None:
    """Whoever goes on with a killed execution's work asks the target first, and repeats nothing in the dark. None:
    for certain it was not made."""
    find = tool.writing.find if tool.writing is not None else None
    if find is None:
        return "unknown", {"error": "the worker died meanwhile"}
    try:
        found = find(context, arguments)
    except ToolError as error:
        return "unknown", {"error": str(error)}
    return None if found is None else ("applied", found.content)


def _apply(tool: Tool, context: ToolContext, arguments: Mapping[str, Any]) -> tuple[Status, Mapping[str, Any]]:
    try:
        result = tool.call(context, arguments)
    except ToolError as error:
        return _fate(error.code), {"error": str(error), **error.details}
    if result.ok:
        return "applied", result.content
    told = result.content.get("error")
    return _fate(told.get("code") if isinstance(told, Mapping) else None), result.content


def _fate(code: object) -> Status:
    """`unknown_outcome`: it was sent, and nobody can say what became of it."""
    return "unknown" if code == "unknown_outcome" else "failed"
