"""Summaries that an LLM is to write: due after a while, held by whoever writes, and kept only of what still stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, literal, select, update

from models.memory.remembered import SettledTurn, last_turns
from models.memory.summary import KnownSummary, SummaryLine, as_summary, summaries
from models.taint import has_others_words, read_taint

_MOST_TURNS = 20  # the newest ones; of those before them the extract tells


@dataclass(frozen=True, slots=True)
class DueProse:
    """Whose summary of which conversation; `covers_from` is where it begins. Who claimed it has it until `held_until`,
    which nobody else's claim has: where it is another by then, what was written counts for nothing."""

    conversation_id: UUID
    sender: str
    covers_from: int
    held_until: datetime


@dataclass(frozen=True, slots=True)
class ProseSource:
    """What a summary is written from: lines of the extract, then the newest exchanges; nothing that anybody else's
    words came into. `up_to` is the number that it reaches to."""

    up_to: int
    lines: tuple[SummaryLine, ...]
    turns: tuple[SettledTurn, ...]

    @property
    def told(self) -> list[str]:
        """The lines' words."""
        return [line.text for line in self.lines]

    def still_stands(self, now: "ProseSource") -> bool:
        """Whether nothing of it was erased or changed; lines that weightier ones have pushed out were not."""
        texts = {line.number: line.text for line in now.lines}
        return self.turns == now.turns and all(texts.get(one.number, one.text) == one.text for one in self.lines)


def claim_prose(connection: Connection, held: timedelta) -> DueProse | None:
    """The one that waits longest. Whoever writes it has it for so long; then it is due again."""
    s = summaries.c
    due = select(s.conversation_id, s.sender).where(s.prose_due_at <= func.now()).order_by(s.prose_due_at).limit(1)
    first = due.with_for_update(skip_locked=True).cte("first")
    mine = update(summaries).where(s.conversation_id == first.c.conversation_id, s.sender == first.c.sender)
    claimed = mine.values(prose_due_at=func.now() + literal(held))
    shown = claimed.returning(s.conversation_id, s.sender, s.covers_from, s.prose_due_at)
    row = connection.execute(shown).first()
    return None if row is None else DueProse(*row)


def find_source(connection: Connection, due: DueProse) -> ProseSource | None:
    """None where the summary is gone, was begun anew, or is held by somebody else."""
    s = summaries.c
    row = connection.execute(select(s.covers_up_to, s.lines, s.prose, s.prose_up_to).where(*_is(due))).first()
    return None if row is None else _read_source(connection, due, as_summary(*row), row.covers_up_to)


def find_source_again(connection: Connection, due: DueProse, up_to: int) -> ProseSource | None:
    """As far as it reached then. Nobody changes the summary until the commit."""
    s = summaries.c
    wanted = select(s.covers_up_to, s.lines, s.prose, s.prose_up_to).where(*_is(due)).with_for_update()
    row = connection.execute(wanted).first()
    return None if row is None else _read_source(connection, due, as_summary(*row), up_to)


def _read_source(connection: Connection, due: DueProse, summary: KnownSummary, up_to: int) -> ProseSource:
    place = {"after": due.covers_from, "up_to": up_to, "limit": _MOST_TURNS}
    found = last_turns(connection, due.conversation_id, **place)
    kept = [turn for turn in found if turn.is_of_alone(due.sender) and not has_others_words(read_taint(turn.taint))]
    begins = found[0].number if found else up_to + 1
    further = [line for line in summary.lines if line.number < begins and not line.is_foreign]
    return ProseSource(up_to, tuple(further), tuple(kept))


def keep_prose(connection: Connection, due: DueProse, up_to: int, prose: str, llm: str) -> None:
    """It stands for all up to there; an empty one changes nothing but that it was asked for."""
    told = {"prose": prose, "prose_up_to": up_to, "prose_by": llm} if prose else {}
    ended = update(summaries).where(*_is(due)).values(prose_tried_up_to=up_to, prose_due_at=None, **told)
    connection.execute(ended)


def put_off_prose(connection: Connection, due: DueProse, wait: timedelta) -> None:
    """It is tried again after a while."""
    later = update(summaries).where(*_is(due))
    connection.execute(later.values(prose_due_at=func.now() + literal(wait)))


def _is(due: DueProse) -> tuple[ColumnElement[bool], ...]:
    s = summaries.c
    mine = (s.conversation_id == due.conversation_id, s.sender == due.sender, s.prose_due_at == due.held_until)
    return *mine, s.covers_from == due.covers_from
