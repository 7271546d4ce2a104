"""The answer stage: the agent runs over a frozen turn, and reply, run, turn and outbox commit together."""

import logging
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from agent.agent import Agent
from agent.base import RunResult
from agent.decisions import read_decision
from agent.links import tame_links
from agent.phrases import Phrase, phrase
from channels.base import Channel, Typing
from jobs.agents import Terms
from jobs.breaker import TurnBreaker
from jobs.budget import build_journal, limits_of, tell_limit
from jobs.compose import Composed, compose
from jobs.confirm import confirm_subscription, find_confirmation
from jobs.duty import call_person
from jobs.explaining import explain_earlier
from jobs.fence import keep_silent
from jobs.journal import Asked
from jobs.listening import find_listener
from jobs.manners import FixedAnswer, divert, greet, language_of
from jobs.media import LATE_WAIT, load_pictures, prepare_media, transcribe_media
from jobs.proposals import Deciding, TurnProposer, ask_for_yes
from jobs.question import gather_question
from jobs.run_record import figures_of
from jobs.runtime import Services
from models.commit import commit_answer
from models.errors import BudgetExceeded, ConfigurationError, DeliveryError, LeaseLost, ProviderError, StorageError
from models.faultpoint import faultpoint
from models.inbound import Confirmation
from models.journal import JournalKey
from models.lease import Lease
from models.reply import Question, Reply
from models.retry_policy import wait_as_told, wait_before
from models.said import SaidMessage, find_said
from models.session import is_database_away, session_scope, statement_scope
from models.trace import tracing
from models.turns import BegunTurn, Thread, as_asked, close_turn, put_off_turn

_log = logging.getLogger("recado.answer")


def answer_turn(
    services: Services, lease: Lease, thread: Thread, channel: Channel, turn: BegunTurn, terms: Terms
) -> None:
    """Answered, put off, or closed with an honest apology: never left silent. Raises LeaseLost."""
    faultpoint("turn.begun")
    with tracing(turn.trace_id):
        _Execution(services, lease, as_asked(thread, turn), channel, turn, terms).run()


@dataclass(frozen=True, slots=True)
class _Execution:
    """One execution of a begun turn."""

    services: Services
    lease: Lease
    thread: Thread
    channel: Channel
    turn: BegunTurn
    terms: Terms

    def run(self) -> None:
        try:
            try:
                self._respond()
            except StorageError as error:
                self._miss_files(error)
        except LeaseLost:
            raise
        except Exception as error:
            self._meet_trouble(error)

    def _respond(self) -> None:
        is_asked_for = self.turn.replays > 0  # a person has looked at it, and wants it answered
        if not is_asked_for and keep_silent(self.services, self.lease, self.thread, self.channel, self.turn):
            return None
        crashes = self.turn.crashes
        if crashes >= self.services.policy.max_crashes:
            _log.error("turn given up: %d executions died or met a bug", crashes)
            return self._apologise(f"{crashes} executions died or met a bug")
        said = self._read()
        if (confirmation := find_confirmation(said)) is not None:
            return self._confirm(confirmation)
        if any(message.media for message in said):
            if not prepare_media(self.services, self.channel, said):
                return self._put_off(LATE_WAIT, "a file is late")
            try:
                budgets = limits_of(self.services, self.terms, self.thread.timezone)
                transcribe_media(self.services, self.lease, self._key, self._read(), budgets)
            except BudgetExceeded as error:
                return self._meet_limit(error)
            except ProviderError as error:
                return self._meet_failure(error)
            said = self._read()
        return self._engage(said)

    def _confirm(self, confirmation: Confirmation) -> None:
        try:
            error = confirm_subscription(self.channel, confirmation)
        except DeliveryError as failure:
            if not self._has_lasted():
                return self._put_off(wait_before(self.turn.attempt), str(failure))
            error = str(failure)
        with session_scope(self.services.engine) as connection:
            return close_turn(connection, self.lease, self.turn, outcome="confirmed", error=error)

    @property
    def _key(self) -> JournalKey:
        return JournalKey(self.thread.account.tenant_id, self.turn.id, self.turn.attempt)

    def _read(self) -> list[SaidMessage]:
        with statement_scope(self.services.engine) as connection:
            return find_said(connection, self.turn.id)

    def _compose(self, said: Sequence[SaidMessage], *, sees: bool = False) -> Composed:
        return compose(said, sees=sees, asker=self.turn.asker, channel=self.thread.account.channel)

    def _engage(self, said: Sequence[SaidMessage]) -> None:
        """The agent is open for as long as the turn needs it."""
        with ExitStack() as stack:
            try:
                agent = stack.enter_context(self.services.agents.at_work(self.terms))
            except ConfigurationError as error:
                _log.error("the agent %s cannot work: %s", self.terms.spec.agent, error)
                return self._apologise(f"the agent {self.terms.spec.agent} cannot work: {error}")
            return self._answer(agent, self._compose(said, sees=agent.provider.sees))

    def _answer(self, agent: Agent, composed: Composed) -> None:
        spec, thread = self.terms.spec, self.thread
        fixed = greet(spec, thread, composed)
        if fixed is None and (words := self._decide(agent, composed) or self._explain(agent, composed)) is not None:
            fixed = FixedAnswer(words)
        fixed = fixed or divert(spec, thread, composed, self.services.clock.now())
        if fixed is None:
            return self._run_agent(agent, composed)
        if fixed.calls_person:
            call_person(self.services, thread, "asked")
        return self._say(composed, fixed.words, outcome=fixed.outcome)

    def _explain(self, agent: Agent, composed: Composed) -> str | None:
        return explain_earlier(self.services, agent.toolbox, self.thread, self.turn, composed)

    def _decide(self, agent: Agent, composed: Composed) -> str | None:
        """Only her own typed words decide over a change, and nothing beside them."""
        decision = read_decision(composed.text)
        if decision is None or composed.taint or not composed.is_typed:
            return None
        return Deciding(self.services, agent.toolbox, self.lease, self.thread, self.turn).answer(decision)

    def _run_agent(self, agent: Agent, composed: Composed) -> None:
        services, longest = self.services, timedelta(seconds=self.terms.spec.llm.longest_call)
        breaker = TurnBreaker(services.engine, self.thread.account.tenant_id, self.turn, services.policy, longest)
        if (pause := breaker.pause_of_all(self.terms.addresses)) is not None:
            return self._wait_for_llm(pause)
        question = gather_question(self.services, self.terms, self.thread, self.turn, composed)
        question = replace(question, images=load_pictures(self.services, composed.pictures))
        if isinstance(self.channel, Typing):
            self.services.background.submit(self.channel.show_typing, composed.question.external_id)
        asked = Asked(self.thread.sender, question.text if self.services.log_prompts else "[redacted]")
        proposer = TurnProposer(services, self.lease, self.thread, self.turn)
        listener = find_listener(services, self.thread, self.channel, composed.question)
        started = self.services.clock.monotonic()
        try:
            journal = build_journal(services, self.terms, self.thread, self.lease, self._key, asked)
            result = agent.run(question, journal, proposer, breaker, listener)
        except BudgetExceeded as error:
            breaker.settle()
            return self._meet_limit(error)
        except ProviderError as error:
            return self._meet_failure(error, breaker)
        time_ms = round((self.services.clock.monotonic() - started) * 1000)
        breaker.settle()
        words = self._reply(result, composed)
        self._commit(words, "answered", figures_of(question, result, time_ms), composed.question, taint=result.taint)
        _log.info("answered", extra={"time_ms": time_ms, "steps": result.steps, "engine": result.engine})
        return None

    def _reply(self, result: RunResult, composed: Composed) -> str:
        """The agent's words, and below them what code has to say."""
        below: list[Phrase] = ["writing_off"] if result.is_write_refused else []
        lines = [phrase(line, language_of(self.terms.spec, composed.text)) for line in (*below, *composed.missing)]
        if any("proposed" in use.result for use in result.tools):
            lines.append(ask_for_yes(self.services, self.turn))
        return "\n\n".join(filter(None, [tame_links(result.text, self.services.link_hosts), *lines]))

    def _meet_limit(self, error: BudgetExceeded) -> None:
        """The money is gone until another day: whoever asks is told so at once."""
        self._excuse(f"budget: {error.limit}: {error}", "budget_spent")
        tell_limit(self.services, self.terms, self.thread, error)

    def _meet_failure(self, error: ProviderError, breaker: TurnBreaker | None = None) -> None:
        """Put the turn off while the failure may pass; apologise when it cannot, or has lasted too long."""
        reason = f"{error.kind}: {error}"
        if error.permanent or self._has_lasted():
            _log.error("the LLM failed for good", extra={"error_kind": error.kind})
            if breaker is not None:
                breaker.settle()
            return self._apologise(reason)
        wait = wait_as_told(self.turn.attempt, error.retry_after, self.services.policy.llm_patience)
        _log.warning("the LLM failed, again in %.0f s", wait.total_seconds(), extra={"error_kind": error.kind})
        return self._put_off(wait, reason, breaker=breaker)

    def _wait_for_llm(self, pause: timedelta) -> None:
        """Others have found out that it does not answer: this turn need not hold a thread to do so again."""
        reason = "the LLM is left alone for a while"
        return self._apologise(reason) if self._has_lasted() else self._put_off(pause, reason)

    def _miss_files(self, error: StorageError) -> None:
        if error.permanent or self._has_lasted():
            return self._apologise(f"files: {error}")
        return self._put_off(wait_before(self.turn.attempt), f"files: {error}")

    def _put_off(
        self, wait: timedelta, reason: str, *, is_crash: bool = False, breaker: TurnBreaker | None = None
    ) -> None:
        def write() -> None:
            with session_scope(self.services.engine) as connection:
                put_off_turn(connection, self.lease, self.turn, wait=wait, error=reason, is_crash=is_crash)
                if breaker is not None:
                    breaker.tell(connection)

        self.services.owed.tell(self.lease, write)

    def _meet_trouble(self, error: Exception) -> None:
        """A bug counts as a crash, so that it ends in an apology; a database that is away or slow is waited for."""
        reason, is_crash = type(error).__name__, not is_database_away(error)
        if is_crash:
            _log.error("the answer met an error that nobody expected", exc_info=error)
        else:
            _log.warning("the database is away or slow (%s)", reason)
            if self._has_lasted() and self._has_apologised(reason):
                return
        self._put_off(wait_before(self.turn.attempt), reason, is_crash=is_crash)

    def _has_apologised(self, reason: str) -> bool:
        try:
            self._apologise(reason)
        except SQLAlchemyError as error:
            if not is_database_away(error):
                raise
            return False
        return True

    def _has_lasted(self) -> bool:
        failing_for = self.turn.failing_for
        return failing_for is not None and failing_for > self.services.policy.llm_patience

    def _apologise(self, error: str) -> None:
        self._excuse(error, "cannot_now")
        call_person(self.services, self.thread, "failed")

    def _excuse(self, error: str, excuse: Phrase) -> None:
        composed = self._compose(self._read())
        words = phrase(excuse, language_of(self.terms.spec, composed.text))
        figures = {"llm": self.terms.spec.llm.model, "error": error}
        self._commit(words, "apologised", figures, composed.question, error, composed.taint)

    def _say(self, composed: Composed, words: str, *, outcome: str) -> None:
        """A fixed text of ours, no LLM asked."""
        self._commit(
            words, outcome, {"llm": self.terms.spec.llm.model, "cost": 0}, composed.question, taint=composed.taint
        )

    def _commit(
        self,
        words: str,
        outcome: str,
        figures: Mapping[str, object],
        question: Question,
        error: str = "",
        taint: Collection[str] = (),
    ) -> None:
        is_pulled = self.channel.capabilities.delivery == "pull"
        asked = replace(question, sender=self.thread.reply_to, sender_name=self.thread.sender_name)
        with session_scope(self.services.engine) as connection:
            commit_answer(
                connection,
                self.lease,
                self.thread,
                self.turn,
                reply=words,
                parts=[] if is_pulled else self.channel.render(Reply(words, asked)),
                is_draft=self.channel.account.drafts,
                outcome=outcome,
                figures=figures,
                is_pulled=is_pulled,
                error=error,
                taint=",".join(sorted(taint)),
            )
            faultpoint("answer.written")
        faultpoint("answer.committed")
        if self.channel.account.drafts and not is_pulled and outcome != "apologised":
            call_person(self.services, self.thread, "draft")
