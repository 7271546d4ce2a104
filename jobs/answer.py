"""The answer stage: the agent runs over a frozen turn, and reply, run, turn and outbox commit together."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from time import sleep
from uuid import UUID

from agent.base import PersonRole, RunResult, Situation, TurnInput
from agent.memory.window import recall_window
from agent.phrases import guess_language, is_reset, phrase
from channels.base import Channel
from jobs.journal import Asked, TurnJournal
from jobs.runtime import Services
from models.errors import LeaseLost, ProviderError
from models.history import recent_turns
from models.journal import JournalKey
from models.lease import Lease
from models.person import KnownPerson, People
from models.reply import Reply
from models.session import is_database_away, session_scope
from models.tenant import get_tenant
from models.trace import tracing
from models.turns import BegunTurn, Thread, begin_turn, commit_answer, get_thread, put_off_turn

_FIRST_WAIT = timedelta(seconds=3)
_LONGEST_WAIT = timedelta(minutes=5)

_log = logging.getLogger("recado.answer")


def answer_turn(services: Services, lease: Lease, channel: Channel, turn_id: UUID) -> None:
    """Answered, put off, or closed with an honest apology: never left silent. Raises LeaseLost."""
    provider = services.agent.provider
    with session_scope(services.engine) as connection:
        turn = begin_turn(connection, lease, turn_id, provider=provider.name, engine=provider.engine)
        thread = get_thread(connection, lease.conversation_id)  # the turn before may have been a reset
    with tracing(turn.trace_id):
        _Execution(services, lease, thread, channel, turn).run()


@dataclass(frozen=True, slots=True)
class _Execution:
    """One execution of a begun turn."""

    services: Services
    lease: Lease
    thread: Thread
    channel: Channel
    turn: BegunTurn

    def run(self) -> None:
        try:
            self._respond()
        except LeaseLost:
            raise
        except Exception as error:
            self._meet_trouble(error)

    def _respond(self) -> None:
        text, crashes = self.turn.text, self.turn.crashes
        if crashes >= self.services.policy.max_crashes:
            _log.error("turn given up: %d executions died or met a bug", crashes)
            self._apologise(f"{crashes} executions died or met a bug")
        elif is_reset(text):
            self._say(phrase("reset_done", guess_language(text)), outcome="reset")
        elif not text.strip():
            self._say(phrase("only_text"), outcome="answered")
        else:
            self._run_agent()

    def _run_agent(self) -> None:
        question = self._gather()
        key = JournalKey(self.thread.account.tenant_id, self.turn.id, self.turn.attempt)
        asked = Asked(self.thread.sender, question.text if self.services.log_prompts else "[redacted]")
        journal = TurnJournal(self.services.engine, self.lease, key, asked)
        started = self.services.clock.monotonic()
        try:
            result = self.services.agent.run(question, journal)
        except ProviderError as error:
            return self._meet_failure(error)
        time_ms = round((self.services.clock.monotonic() - started) * 1000)
        self._commit(result.text, "answered", _figures(question, result, time_ms))
        _log.info("answered", extra={"time_ms": time_ms, "steps": result.steps, "engine": result.engine})
        return None

    def _gather(self) -> TurnInput:
        """Who asks, what was said before, and what is asked now."""
        thread, policy = self.thread, self.services.policy
        with session_scope(self.services.engine) as connection:
            company, timezone = get_tenant(connection, thread.account.tenant_id)
            people = People(connection, thread.account.tenant_id)
            person = people.find_by_address(thread.account.id, (thread.sender, *thread.aliases))
            past = recent_turns(
                connection,
                thread.conversation_id,
                before_number=self.turn.number,
                from_seq=thread.memory_from_seq,
                limit=policy.memory_turns,
            )
        situation = self._situation(person, self.services.clock.today(timezone))
        history = recall_window(past, policy.memory_tokens)
        return TurnInput(self.turn.id, self.turn.text, history, situation, timezone, company)

    def _situation(self, person: KnownPerson | None, today: date) -> Situation:
        if person is not None:
            role: PersonRole = person.role  # type: ignore[assignment]  # the table's CHECK allows no other
            return Situation(today, role, person.name, person.salesperson, person.customer)
        door = self.services.open_door()
        if door is None:
            return Situation(today, "unknown", self.thread.sender_name)
        return Situation(today, "manager", self.thread.sender_name or door.name, door.salesperson)

    def _meet_failure(self, error: ProviderError) -> None:
        """Put the turn off while the failure may pass; apologise when it cannot, or has lasted too long."""
        reason = f"{error.kind}: {error}"
        patience = self.services.policy.llm_patience
        if error.permanent or self._has_lasted():
            _log.error("the LLM failed for good", extra={"error_kind": error.kind})
            return self._apologise(reason)
        wait = self._wait()
        if error.retry_after is not None:
            wait = min(max(timedelta(seconds=error.retry_after), wait), patience)
        _log.warning("the LLM failed, again in %.0f s", wait.total_seconds(), extra={"error_kind": error.kind})
        with session_scope(self.services.engine) as connection:
            put_off_turn(connection, self.lease, self.turn, wait=wait, error=reason)
        return None

    def _meet_trouble(self, error: Exception) -> None:
        """A bug counts as a crash, so that it ends in an apology; a database that is away or slow is waited for."""
        reason, is_crash = type(error).__name__, not is_database_away(error)
        if is_crash:
            _log.error("the answer met an error that nobody expected", exc_info=error)
        else:
            _log.warning("the database is away or slow (%s)", reason)
            if self._has_lasted():
                return self._apologise(reason)
        for pause in (*self.services.policy.database_pauses, None):
            try:
                with session_scope(self.services.engine) as connection:
                    return put_off_turn(
                        connection, self.lease, self.turn, wait=self._wait(), error=reason, is_crash=is_crash
                    )
            except Exception as failure:
                if pause is None or not is_database_away(failure):
                    raise
                sleep(pause)
        return None

    def _has_lasted(self) -> bool:
        failing_for = self.turn.failing_for
        return failing_for is not None and failing_for > self.services.policy.llm_patience

    def _wait(self) -> timedelta:
        wait: timedelta = min(_FIRST_WAIT * 2 ** min(self.turn.attempt - 1, 10), _LONGEST_WAIT)
        return wait

    def _apologise(self, error: str) -> None:
        words = phrase("cannot_now", guess_language(self.turn.text))
        self._commit(words, "apologised", {"llm": self.services.agent.llm, "error": error}, error)

    def _say(self, words: str, *, outcome: str) -> None:
        """A fixed text of ours, no LLM asked."""
        self._commit(words, outcome, {"llm": self.services.agent.llm, "cost": 0})

    def _commit(self, words: str, outcome: str, figures: Mapping[str, object], error: str = "") -> None:
        is_pulled = self.channel.capabilities.delivery == "pull"
        with session_scope(self.services.engine) as connection:
            commit_answer(
                connection,
                self.lease,
                self.thread,
                self.turn,
                reply=words,
                parts=[] if is_pulled else self.channel.render(Reply(words)),
                outcome=outcome,
                figures=figures,
                is_pulled=is_pulled,
                error=error,
            )


def _figures(question: TurnInput, result: RunResult, time_ms: int) -> dict[str, object]:
    """What the run's row records."""
    memory = [
        {"role": line.role, "content": line.content, "at": line.at.isoformat() if line.at else None}
        for line in question.history
    ]
    return {
        "llm": result.llm,
        "steps": result.steps,
        "tokens_in": result.tokens_in,
        "tokens_out": result.tokens_out,
        "cost": result.cost,
        "context_size": result.context_size,
        "memory": memory,
        "time_ms": time_ms,
        "error": f"limit: {result.limit}" if result.limit else "",
    }
