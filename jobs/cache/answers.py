"""What one execution has to do with answers that are given again: it looks for one before an LLM is asked, keeps its
own afterwards, and lets equal questions wait meanwhile, so that ten of them cost one answer."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from agent.agent import Agent
from agent.base import RunResult, Tool, TurnInput
from agent.cache.canonical import canonical, is_idle
from agent.cache.context import reuse_of
from agent.cache.keeping import find_life, is_of_documents_alone, read_versions, versions_behind
from agent.cache.key import AnswerScope, answer_key
from agent.cache.likeness import gist_of
from agent.cache.refreshing import read_refresh
from agent.phrases import phrase
from jobs.compose import Composed
from jobs.execution import Execution
from jobs.leases import LEASE
from jobs.manners import language_of
from models.cache.cached_answer import (
    KeptAnswer,
    NewAnswer,
    Place,
    copy_tool_calls,
    find_alike,
    find_kept,
    keep_answer,
    lead_anew,
    leave_place,
    stand_in_line,
    wake_waiting,
)
from models.lease import check_lease
from models.session import session_scope, statement_scope
from models.taint import write_taint

_OPEN_FOR: Final = timedelta(minutes=1)  # after an answer that nobody may share, equal questions do not wait

_log = logging.getLogger("recado.cache")


@dataclass(slots=True)
class Sharing:
    """`question` is what the agent is to be asked; without a place nothing is looked for, kept or waited for."""

    execution: Execution
    question: TurnInput
    place: Place | None = None
    tools: Mapping[str, Tool] | None = None
    may_keep: bool = False
    is_refresh: bool = False
    _is_leading: bool = False
    _left: timedelta | None = timedelta(0)  # for how long the place stays open; None: an answer was kept

    def find(self) -> KeptAnswer | None:
        if self.place is None or self.is_refresh:
            return None
        with statement_scope(self.execution.services.engine) as connection:
            kept = find_kept(connection, self.place)
            return find_alike(connection, self.place) if kept is None and self.place.gist else kept

    def begin(self) -> KeptAnswer | None:
        """Before the LLM is asked. Raises `Waiting` where another execution makes this very answer."""
        if self.place is None or not self.may_keep:
            return None
        execution = self.execution
        with session_scope(execution.services.engine) as connection:
            if self.is_refresh:
                check_lease(connection, execution.lease)
                lead_anew(connection, execution.lease, self.place)
                self._is_leading = True
                return None
            found = stand_in_line(connection, execution.lease, execution.turn, self.place, patience=LEASE)
        if found == "waiting":
            raise Waiting
        self._is_leading = found == "leading"
        return found if isinstance(found, KeptAnswer) else None

    def keep(self, result: RunResult, words: str) -> Callable[[Connection], object] | None:
        """What keeps the answer, in its own transaction; None for one that is nobody else's."""
        if self.place is None or not self.may_keep:
            return None
        self._left = _OPEN_FOR
        assert self.tools is not None, "who has a place knows its tools"
        place, execution = self.place, self.execution
        life = find_life(result, self.tools, place.versions, execution.services.policy.answers_live)
        if life is None:
            return None
        behind = versions_behind(result, place.versions)
        if read_versions({name: self.tools[name] for name in behind}, place.tenant_id) != behind:
            return None
        gist = place.gist if is_of_documents_alone(result) else ""
        answer = NewAnswer(execution.turn.id, words, behind, write_taint(result.taint), life, gist)
        self._left = None
        return lambda connection: keep_answer(connection, place, answer)

    def end(self) -> None:
        """Whoever waited goes on. Where the database is away they do so by themselves, a little later."""
        if self.place is None or not self._is_leading:
            return None
        execution = self.execution
        try:
            with statement_scope(execution.services.engine) as connection:
                if self._left is not None:
                    leave_place(connection, execution.lease, self.place, open_for=self._left)
                woken = wake_waiting(connection, self.place)
        except SQLAlchemyError as error:
            return _log.warning("equal questions wait a little longer: %s", type(error).__name__)
        for conversation_id in woken:
            execution.services.alarms.set(conversation_id, timedelta(0))
        return None


class Waiting(Exception):
    """The turn is put off until another execution has answered an equal question."""


def open_sharing(execution: Execution, agent: Agent, composed: Composed, question: TurnInput) -> Sharing:
    """Nothing is looked for yet but the versions of what the tools read. Who wishes for an answer anew is asked for
    nothing but her question, shared or not."""
    wish = read_refresh(question.text)
    text = _last_asked(question) if wish.is_alone else wish.question
    if wish.is_wished and text:
        question = replace(question, text=text, is_refresh=True)
    alone = Sharing(execution, question)
    spec = execution.terms.spec
    if not text or not _is_plain(execution, composed, question):
        return alone
    language = language_of(spec, text)
    spelled = canonical(text, question.situation.today, language)
    reuse = "never" if spelled is None else reuse_of(question, spelled, language)
    if spelled is None or reuse == "never":
        return alone
    tools = agent.toolbox.tools_for(question.situation)
    tenant_id = execution.thread.account.tenant_id
    versions = read_versions(tools, tenant_id)
    if not versions and not any(tool.cache_for for tool in tools.values()):
        return alone
    mark = _mark_of(execution, agent)
    names = tuple(sorted(tools))
    scope = AnswerScope(tenant_id, question.company, question.timezone, question.situation, language, mark, names)
    may_keep = reuse == "keep" or wish.is_wished
    asked = replace(question, text=text, history=() if may_keep else question.history)
    is_by_gist = execution.services.policy.answers_by_likeness
    gist = answer_key(scope, gist_of(spelled, language)) if is_by_gist else ""
    place = Place(tenant_id, answer_key(scope, spelled), versions, gist)
    return Sharing(execution, asked, place, tools, may_keep, wish.is_wished)


def tell_again(kept: KeptAnswer, execution: Execution, text: str) -> str:
    """The earlier words, and from when they are."""
    at = kept.answered_at.astimezone(ZoneInfo(execution.thread.timezone))
    language = language_of(execution.terms.spec, text)
    return f"{kept.reply}\n\n{phrase('kept_answer', language, time=f'{at:%H:%M}')}"


def figures_again(kept: KeptAnswer) -> dict[str, object]:
    """What the run of an answer that is given again records: no call, no token."""
    return {
        "provider": kept.provider,
        "llm": kept.llm,
        "cost": 0,
        "grounding": kept.grounding,
        "cached": True,
        "cached_from": kept.turn_id,
    }


def show_calls_again(kept: KeptAnswer, execution: Execution) -> Callable[[Connection], object]:
    return lambda connection: copy_tool_calls(connection, kept, execution.turn.id)


def _last_asked(question: TurnInput) -> str:
    asked = [read_refresh(line.content) for line in question.history if line.role == "user" and not line.is_context]
    return next((one.question for one in reversed(asked) if one.question and not is_idle(one.question)), "")


def _is_plain(execution: Execution, composed: Composed, question: TurnInput) -> bool:
    """Words of the person's own, to be answered at once, for the first time, by somebody the sales data know."""
    is_first = execution.turn.replays == 0 and not execution.channel.account.drafts
    is_on = execution.services.policy.answers_live > timedelta(0)
    is_typed = composed.is_typed and not composed.missing and not composed.pictures
    return is_on and is_first and is_typed and question.situation.role != "unknown"


def _mark_of(execution: Execution, agent: Agent) -> str:
    """The agent as it answers: its version, or all that the environment says of it."""
    terms = execution.terms
    told = str(terms.version_id or terms.spec.model_dump_json())
    channel = "" if agent.chain.polish is None else execution.thread.account.channel
    return hashlib.sha256(f"{told}|{agent.llm}|{channel}".encode()).hexdigest()
