"""Who is left alone, for how long, and who finds out whether it answers again. It stands in PostgreSQL, so that all
workers know.

A platform that says "too many" means the sender and not the part, so every part of that sender waits. One that does not
answer at all would cost each part a thread for as long as a time-out: after some failures in a row only one part at a
time tries, and the others wait without a thread.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine

from channels.base import Channel
from models.errors import ProviderError
from models.outbox import DuePart
from models.reply import Rejected, SendOutcome, Unknown
from models.rest import Resting, leave_alone, llm_neighbour, note_answer, note_silence, try_again
from models.retry_policy import RETRY_POLICIES
from models.session import session_scope
from models.turns import BegunTurn

_SILENCES = 3  # in a row: one may be an accident
_FIRST, _LONGEST = timedelta(seconds=5), timedelta(seconds=30)
_FINDING_OUT = timedelta(seconds=30)  # longer than a send may take
_WIDEST_SPREAD = timedelta(seconds=10)
_LONGEST_LIMIT = timedelta(minutes=5)  # of an LLM that asked for more: quotas are raised meanwhile


def sender_of(channel: Channel) -> str:
    """The name of whom a channel sends through."""
    return f"{channel.account.channel}/{channel.account.name}"


def find_pause(connection: Connection, name: str, due: DuePart) -> timedelta | None:
    """How long the part has to wait for a sender at rest, None if it may go now (or be asked for)."""
    if due.rest is None or (due.status != "pending" and due.rest.wait <= timedelta(0)):
        return None
    return _pause(connection, name, due.rest, due.part.id, _FINDING_OUT)


def find_llm_pause(engine: Engine, provider: str, turn: BegunTurn, timeout: timedelta) -> timedelta | None:
    """How long the turn has to wait for an LLM at rest, None if it may ask now; `timeout` is that of a call."""
    if turn.llm_rest is None:
        return None
    with session_scope(engine) as connection:
        return _pause(connection, llm_neighbour(provider), turn.llm_rest, turn.id, timeout)


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


def note_llm_failure(
    connection: Connection, provider: str, turn_id: UUID, error: ProviderError, wait: timedelta
) -> None:
    """What a failed call tells of the LLM; `wait` is until the turn's own next try."""
    name = llm_neighbour(provider)
    if error.kind == "rate_limit" and error.retry_after is not None:
        leave_alone(connection, name, min(wait, _LONGEST_LIMIT))
    elif RETRY_POLICIES[error.kind].is_silence:
        note_silence(connection, name, turn_id, after=_SILENCES, first=_FIRST, longest=_LONGEST)


def note_llm_answer(engine: Engine, provider: str, turn: BegunTurn) -> None:
    """It answers. Costs nothing where nobody had complained."""
    if turn.llm_rest is not None:
        with session_scope(engine) as connection:
            note_answer(connection, llm_neighbour(provider))


def _spread(wait: timedelta, part_id: UUID) -> timedelta:
    """So that those who waited do not all come in the same moment: a part of the wait, by the id's random end."""
    widest: timedelta = min(wait / 4, _WIDEST_SPREAD)
    return widest * (part_id.int % 1000) / 1000
