"""Who is left alone, for how long, and who finds out whether it answers again. It stands in PostgreSQL, so that all
workers know.

A platform that says "too many" means the sender and not the part, so every part of that sender waits. One that does not
answer at all would cost each part a thread for as long as a time-out: after some failures in a row only one part at a
time tries, and the others wait without a thread.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine

from channels.base import Channel
from jobs.runtime import WorkPolicy
from models.errors import ProviderError
from models.outbox import DuePart
from models.reply import Rejected, SendOutcome, Unknown
from models.rest import Resting, leave_alone, llm_neighbour, note_answer, note_silence, try_again
from models.retry_policy import RETRY_POLICIES, wait_as_told
from models.session import session_scope
from models.turns import BegunTurn

_SILENCES = 3  # in a row: one may be an accident
_FIRST, _LONGEST = timedelta(seconds=5), timedelta(seconds=30)
_FINDING_OUT = timedelta(seconds=30)  # longer than a send may take
_WIDEST_SPREAD = timedelta(seconds=10)
_LONGEST_LIMIT = timedelta(minutes=5)  # of an LLM that asked for more: quotas are raised meanwhile

_log = logging.getLogger("recado.breaker")


def sender_of(channel: Channel) -> str:
    """The name of whom a channel sends through."""
    return f"{channel.account.channel}/{channel.account.name}"


def find_pause(connection: Connection, name: str, due: DuePart) -> timedelta | None:
    """How long the part has to wait for a sender at rest, None if it may go now (or be asked for)."""
    if due.rest is None or (due.status != "pending" and due.rest.wait <= timedelta(0)):
        return None
    return _pause(connection, name, due.rest, due.part.id, _FINDING_OUT)


def _pause(connection: Connection, name: str, rest: Resting, who: UUID, finding_out: timedelta) -> timedelta | None:
    if rest.wait > timedelta(0):
        return rest.wait + _spread(rest.wait, who)
    if rest.failures < _SILENCES or try_again(connection, name, finding_out):
        return None
    return _FIRST + _spread(finding_out, who)


def note_outcome(connection: Connection, name: str, due: DuePart, outcome: SendOutcome, wait: timedelta) -> None:
    """What a send tells of the sender; `wait` is until the part's own next try."""
    if isinstance(outcome, Unknown) and outcome.is_our_fault:
        return  # one part that an adapter stumbles over must not silence the others
    if isinstance(outcome, Unknown) or (isinstance(outcome, Rejected) and outcome.code == "connection"):
        note_silence(connection, name, due.part.turn_id, after=_SILENCES, first=_FIRST, longest=_LONGEST)
    elif isinstance(outcome, Rejected) and outcome.rests_sender:
        leave_alone(connection, name, wait)
    elif due.rest is not None:
        note_answer(connection, name)


class TurnBreaker:
    """Implements `agent.providers.fallback.Breaker` for one execution of a turn, in its thread.

    What it learns is kept until `tell` or `settle`: most runs learn nothing, and cost nothing.
    """

    def __init__(
        self, engine: Engine, tenant_id: UUID, turn: BegunTurn, policy: WorkPolicy, longest_call: timedelta
    ) -> None:
        self._engine = engine
        self._tenant_id = tenant_id
        self._turn = turn
        self._policy = policy
        self._longest_call = longest_call
        self._pauses: dict[str, timedelta | None] = {}
        self._failed: dict[str, ProviderError] = {}
        self._answered: set[str] = set()

    def pause(self, address: str) -> float | None:
        if address in self._failed:  # in this very run
            return self._wait_after(self._failed[address]).total_seconds()
        if address not in self._pauses:
            self._pauses[address] = self._find_pause(address)
        pause = self._pauses[address]
        return None if pause is None else pause.total_seconds()

    def pause_of_all(self, addresses: Sequence[str]) -> timedelta | None:
        """How long the turn has to wait where all of them are at rest; None if one of them may be asked now."""
        pauses = []
        for address in addresses:
            pause = self.pause(address)
            if pause is None:
                return None
            pauses.append(pause)
        return timedelta(seconds=min(pauses))

    def note_failure(self, address: str, error: ProviderError) -> None:
        self._failed[address] = error
        if error.permanent:  # another may answer in its place, and then nobody else would tell
            _log.error("a provider refused: %s", address, extra={"error_kind": error.kind})

    def note_answer(self, address: str) -> None:
        self._answered.add(address)

    def tell(self, connection: Connection) -> None:
        """The others, in the caller's transaction."""
        for address, error in self._failed.items():
            name = self._name(address)
            if error.kind == "rate_limit" and error.retry_after is not None:
                leave_alone(connection, name, min(self._wait_after(error), _LONGEST_LIMIT))
            elif RETRY_POLICIES[error.kind].is_silence:
                note_silence(connection, name, self._turn.id, after=_SILENCES, first=_FIRST, longest=_LONGEST)
        for address in self._answered - self._failed.keys():
            if self._name(address) in self._turn.rests:
                note_answer(connection, self._name(address))

    def settle(self) -> None:
        """The same in a transaction of its own, where there is anything to tell."""
        is_news = self._failed or any(self._name(address) in self._turn.rests for address in self._answered)
        if is_news:
            with session_scope(self._engine) as connection:
                self.tell(connection)

    def _find_pause(self, address: str) -> timedelta | None:
        rest = self._turn.rests.get(self._name(address))
        if rest is None:
            return None
        with session_scope(self._engine) as connection:
            return _pause(connection, self._name(address), rest, self._turn.id, self._longest_call)

    def _wait_after(self, error: ProviderError) -> timedelta:
        return wait_as_told(self._turn.attempt, error.retry_after, self._policy.llm_patience)

    def _name(self, address: str) -> str:
        return llm_neighbour(self._tenant_id, address)


def _spread(wait: timedelta, part_id: UUID) -> timedelta:
    """So that those who waited do not all come in the same moment: a part of the wait, by the id's random end."""
    widest: timedelta = min(wait / 4, _WIDEST_SPREAD)
    return widest * (part_id.int % 1000) / 1000
