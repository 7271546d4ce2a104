"""How much was said of late with one correspondent: what tells a person from a machine that nothing else gave away."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, func, literal, or_, select

from models.conversation import conversations
from models.turn import turns
from models.turns import Thread

FENCED = "fenced"  # the outcome of a turn that nobody may answer any more
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_NOT_OURS = ("person", "notice")


@dataclass(frozen=True, slots=True)
class Traffic:
    """Turns of the last hour and day, the present one among them; `was_fenced`: one of them was met by silence."""

    last_hour: int
    last_day: int
    was_fenced: bool


def count_traffic(connection: Connection, thread: Thread) -> Traffic:
    """Of the thread, whoever writes in it, and of all threads of its correspondent: a machine that threads nothing
    opens a new one each time, and one that changes its address stays in the same."""
    t, c = turns.c, conversations.c
    theirs = or_(c.sender == thread.sender, c.id == thread.conversation_id)
    mine = select(c.id).where(c.account_id == thread.account.id, theirs)
    row = connection.execute(
        select(
            func.count().filter(t.frozen_at > func.now() - literal(_HOUR)),
            func.count(),
            func.coalesce(func.bool_or(t.outcome == FENCED), False),
        ).where(t.conversation_id.in_(mine), t.frozen_at > func.now() - literal(_DAY), t.outcome.not_in(_NOT_OURS))
    ).one()
    return Traffic(*row)
