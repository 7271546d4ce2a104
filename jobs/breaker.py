"""Who is left alone, for how long, and who finds out whether it answers again. It stands in PostgreSQL, so that all
workers know.

A platform that says "too many" means the sender and not the part, so every part of that sender waits. One that does not
answer at all would cost each part a thread for as long as a time-out: after some failures in a row only one part at a
time tries, and the others wait without a thread.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection

from channels.base import Channel
from models.outbox import DuePart
from models.reply import Rejected, SendOutcome, Unknown
from models.rest import leave_alone, note_answer, note_silence, try_again

_SILENCES = 3  # in a row: one may be an accident
_FIRST, _LONGEST = timedelta(seconds=5), timedelta(seconds=30)
_FINDING_OUT = timedelta(seconds=30)  # longer than a send may take
_WIDEST_SPREAD = timedelta(seconds=10)


def sender_of(channel: Channel) -> str:
    """The name of whom a channel sends through."""
    return f"{channel.account.channel}/{channel.account.name}"


def find_pause(connection: Connection, name: str, due: DuePart) -> timedelta | None:
    """How long the part has to wait for a sender at rest, None if it may go now (or be asked for)."""
    rest = due.rest
    if rest is None:
        return None
    if rest.wait > timedelta(0):
        return rest.wait + _spread(rest.wait, due.part.id)
    if due.status != "pending" or rest.failures < _SILENCES or try_again(connection, name, _FINDING_OUT):
        return None
    return _FINDING_OUT


def note_outcome(connection: Connection, name: str, due: DuePart, outcome: SendOutcome, wait: timedelta) -> None:
    """What a send tells of the sender; `wait` is until the part's own next try."""
    if isinstance(outcome, Unknown) or (isinstance(outcome, Rejected) and outcome.code == "connection"):
        note_silence(connection, name, after=_SILENCES, first=_FIRST, longest=_LONGEST)
    elif isinstance(outcome, Rejected) and outcome.rests_sender:
        leave_alone(connection, name, wait)
    elif due.rest is not None:
        note_answer(connection, name)


def _spread(wait: timedelta, part_id: UUID) -> timedelta:
    """So that those who waited do not all come in the same moment: a part of the wait, by the id's random end."""
    widest: timedelta = min(wait / 4, _WIDEST_SPREAD)
    return widest * (part_id.int % 1000) / 1000
