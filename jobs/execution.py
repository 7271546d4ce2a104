"""One execution of a turn: what it works on, and the ways in which it may end.

An answer is committed, the turn is put off while what failed may pass, or an honest apology takes the answer's place.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from agent.phrases import Phrase, phrase
from channels.base import Channel
from jobs.agents import Terms
from jobs.breaker import TurnBreaker
from jobs.budget import tell_limit
from jobs.compose import Composed, compose
from jobs.duty import call_person
from jobs.manners import FixedAnswer, language_of
from jobs.runtime import Services
from models.commit import commit_answer
from models.errors import BudgetExceeded, ProviderError, StorageError
from models.faultpoint import faultpoint
from models.journal import JournalKey
from models.lease import Lease
from models.reply import Question, Reply
from models.retry_policy import wait_as_told, wait_before
from models.said import SaidMessage, find_said
from models.session import is_database_away, session_scope, statement_scope
from models.taint import write_taint
from models.turns import BegunTurn, Thread, put_off_turn

_log = logging.getLogger("recado.answer")


@dataclass(frozen=True, slots=True)
class Execution:
    """Every ending writes under the lease, and raises LeaseLost when it was superseded."""

    services: Services
    lease: Lease
    thread: Thread
    channel: Channel
    turn: BegunTurn
    terms: Terms

    @property
    def key(self) -> JournalKey:
        return JournalKey(self.thread.account.tenant_id, self.turn.id, self.turn.attempt)

    def read(self) -> list[SaidMessage]:
        with statement_scope(self.services.engine) as connection:
            return find_said(connection, self.turn.id)

    def compose(self, said: Sequence[SaidMessage], *, sees: bool = False) -> Composed:
        return compose(said, sees=sees, asker=self.turn.asker, channel=self.thread.account.channel)

    def meet_limit(self, error: BudgetExceeded) -> None:
        """The money is gone until another day: whoever asks is told so at once."""
        self._excuse(f"budget: {error.limit}: {error}", "budget_spent")
        tell_limit(self.services, self.terms, self.thread, error)

    def meet_failure(self, error: ProviderError, breaker: TurnBreaker | None = None) -> None:
        """Put the turn off while the failure may pass; apologise when it cannot, or has lasted too long."""
        reason = f"{error.kind}: {error}"
        if error.permanent or self.has_lasted():
            _log.error("the LLM failed for good", extra={"error_kind": error.kind})
            if breaker is not None:
                breaker.settle()
            return self.apologise(reason)
        wait = wait_as_told(self.turn.attempt, error.retry_after, self.services.policy.llm_patience)
        _log.warning("the LLM failed, again in %.0f s", wait.total_seconds(), extra={"error_kind": error.kind})
        return self.put_off(wait, reason, breaker=breaker)

    def wait_for_llm(self, pause: timedelta) -> None:
        """Others have found out that it does not answer: this turn need not hold a thread to do so again."""
        reason = "the LLM is left alone for a while"
        return self.apologise(reason) if self.has_lasted() else self.put_off(pause, reason)

    def miss_files(self, error: StorageError) -> None:
        if error.permanent or self.has_lasted():
            return self.apologise(f"files: {error}")
        return self.put_off(wait_before(self.turn.attempt), f"files: {error}")

    def put_off(
        self, wait: timedelta, reason: str, *, is_crash: bool = False, breaker: TurnBreaker | None = None
    ) -> None:
        def write() -> None:
            with session_scope(self.services.engine) as connection:
                put_off_turn(connection, self.lease, self.turn, wait=wait, error=reason, is_crash=is_crash)
                if breaker is not None:
                    breaker.tell(connection)

        self.services.owed.tell(self.lease, write)

    def meet_trouble(self, error: Exception) -> None:
        """A bug counts as a crash, so that it ends in an apology; a database that is away or slow is waited for."""
        reason, is_crash = type(error).__name__, not is_database_away(error)
        if is_crash:
            _log.error("the answer met an error that nobody expected", exc_info=error)
        else:
            _log.warning("the database is away or slow (%s)", reason)
            if self.has_lasted() and self._has_apologised(reason):
                return
        self.put_off(wait_before(self.turn.attempt), reason, is_crash=is_crash)

    def _has_apologised(self, reason: str) -> bool:
        try:
            self.apologise(reason)
        except SQLAlchemyError as error:
            if not is_database_away(error):
                raise
            return False
        return True

    def has_lasted(self) -> bool:
        failing_for = self.turn.failing_for
        return failing_for is not None and failing_for > self.services.policy.llm_patience

    def apologise(self, error: str) -> None:
        self._excuse(error, "cannot_now")
        call_person(self.services, self.thread, "failed")

    def _excuse(self, error: str, excuse: Phrase) -> None:
        composed = self.compose(self.read())
        words = phrase(excuse, language_of(self.terms.spec, composed.text))
        figures = {"llm": self.terms.spec.llm.model, "error": error}
        self.commit(words, "apologised", figures, composed.question, error, composed.taint)

    def say(self, composed: Composed, fixed: FixedAnswer, beside: Callable[[Connection], object] | None = None) -> None:
        """A fixed text of ours, no LLM asked."""
        figures = {"llm": self.terms.spec.llm.model, "cost": 0}
        taint = composed.taint | fixed.taint
        self.commit(fixed.words, fixed.outcome, figures, composed.question, taint=taint, beside=beside)

    def commit(
        self,
        words: str,
        outcome: str,
        figures: Mapping[str, object],
        question: Question,
        error: str = "",
        taint: Collection[str] = (),
        beside: Callable[[Connection], object] | None = None,
    ) -> None:
        """`beside` writes what stands or falls with the answer."""
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
                taint=write_taint(taint),
            )
            if beside is not None:
                beside(connection)
            faultpoint("answer.written")
        faultpoint("answer.committed")
        if self.channel.account.drafts and not is_pulled and outcome != "apologised":
            call_person(self.services, self.thread, "draft")
