"""The rolling summary of a conversation: lines taken out of its turns, and how far they reach.

It belongs to one person in one conversation: of turns in which anybody else wrote, nothing is taken.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Text,
    case,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import json, key, moment, reference, string, table_of


class Summary(SQLModel, table=True):
    """`covers_from` is the conversation's `memory_from_seq` when it was made: a reset leaves it behind."""

    __tablename__ = "summary"
    __table_args__ = (
        Index("summary_prose_due", "prose_due_at", postgresql_where="prose_due_at IS NOT NULL"),
        ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
    )

    conversation_id: UUID = Field(sa_column=key())
    sender: str = Field(sa_column=Column(Text, primary_key=True))  # whose words it is made of
    tenant_id: UUID = Field(sa_column=reference(index=True))
    covers_from: int = Field(sa_column=Column(BigInteger, nullable=False))
    covers_up_to: int = Field(sa_column=Column(BigInteger, nullable=False))  # the number of the last turn in it
    lines: list[dict[str, object]] = Field(sa_column=json(nullable=False))
    prose: str = Field(sa_column=string())  # the same in an LLM's words; empty: nobody wrote any
    prose_up_to: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    prose_by: str = Field(sa_column=string())  # the LLM
    prose_due_at: datetime | None = Field(
        default=None, sa_column=moment()
    )  # when an LLM is to write it, or is thought dead
    prose_tried_up_to: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))  # last asked of
    made_at: datetime = Field(sa_column=moment(nullable=False))


summaries = table_of(Summary)
_STEP = 20  # numbers, which are given to what both sides say: ten exchanges or fewer


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One exchange in short; `weight` decides what stays when there are too many, `number` is the turn's. `is_foreign`:
    third-party words had come into it; `has_names`: no more than names out of the records had."""

    number: int
    text: str
    weight: float
    is_foreign: bool = False
    has_names: bool = False


@dataclass(frozen=True, slots=True)
class KnownSummary:
    """`lines` are in the order of the turns."""

    covers_up_to: int
    lines: tuple[SummaryLine, ...]
    prose: str = ""
    prose_up_to: int = 0


def find_summary(
    connection: Connection, conversation_id: UUID, sender: str, *, covers_from: int
) -> KnownSummary | None:
    """None before there is one since the last reset."""
    s = summaries.c
    statement = select(s.covers_up_to, s.lines, s.prose, s.prose_up_to)
    found = statement.where(s.conversation_id == conversation_id, s.sender == sender, s.covers_from == covers_from)
    row = connection.execute(found).first()
    return None if row is None else as_summary(*row)


def as_summary(covers_up_to: int, lines: Sequence[dict[str, object]], prose: str, prose_up_to: int) -> KnownSummary:
    """As a row tells it."""
    read = tuple(SummaryLine(**one) for one in lines)  # type: ignore[arg-type]  # what `keep_summary` wrote
    return KnownSummary(covers_up_to, read, prose, prose_up_to)


def keep_summary(
    connection: Connection,
    conversation_id: UUID,
    sender: str,
    *,
    tenant_id: UUID,
    covers_from: int,
    covers_up_to: int,
    lines: Sequence[SummaryLine],
    prose_in: timedelta | None = None,
) -> None:
    """It never goes back: one that reaches less far than the stored one, of the same beginning, changes nothing.
    `prose_in`: an LLM may write it after a while, where there is enough to write of; None: none is to."""
    s = summaries.c
    changed = {"covers_from": covers_from, "covers_up_to": covers_up_to, "lines": [asdict(line) for line in lines]}
    statement = insert(summaries).values(conversation_id=conversation_id, sender=sender, tenant_id=tenant_id, **changed)
    is_anew = s.covers_from < covers_from
    left = {
        "prose": case((is_anew, ""), else_=s.prose),
        "prose_up_to": case((is_anew, 0), else_=s.prose_up_to),
        "prose_tried_up_to": case((is_anew, 0), else_=s.prose_tried_up_to),
    }
    statement = statement.on_conflict_do_update(
        index_elements=["conversation_id", "sender"],
        set_={**changed, **left, "made_at": func.now()},
        where=(s.covers_from < covers_from) | ((s.covers_from == covers_from) & (s.covers_up_to < covers_up_to)),
    )
    connection.execute(statement)
    if prose_in is not None:
        _make_due(connection, conversation_id, sender, prose_in)


def _make_due(connection: Connection, conversation_id: UUID, sender: str, wait: timedelta) -> None:
    """Once enough was said since an LLM was last asked."""
    s = summaries.c
    before = func.greatest(s.prose_tried_up_to, s.covers_from)
    enough = (s.prose_due_at.is_(None)) & (s.covers_up_to - before >= _STEP)
    due = update(summaries).where(s.conversation_id == conversation_id, s.sender == sender, enough)
    connection.execute(due.values(prose_due_at=func.now() + literal(wait)))


# Prose mixes what stays with what goes, so it goes whole: the lines speak until it is written anew. Who is at it now
# holds it no more.
_CUT = text("""
    WITH gone AS (SELECT conversation_id, number FROM turn WHERE id = ANY(:turns))
    UPDATE summary s SET prose = '', prose_by = '', prose_up_to = 0, prose_tried_up_to = 0,
        prose_due_at = CASE WHEN prose_due_at IS NOT NULL THEN now() END, lines = coalesce((
            SELECT jsonb_agg(e.line ORDER BY e.place)
            FROM jsonb_array_elements(s.lines) WITH ORDINALITY AS e (line, place)
            WHERE (e.line ->> 'number')::bigint NOT IN (SELECT number FROM gone
                WHERE conversation_id = s.conversation_id)
        ), '[]')
    WHERE EXISTS (SELECT FROM gone WHERE conversation_id = s.conversation_id AND number > s.covers_from
        AND number <= s.covers_up_to)
""")


def cut_turns(connection: Connection, turn_ids: Sequence[UUID]) -> None:
    """Take the lines of these turns out of the summaries that they stand in. Safe to repeat."""
    connection.execute(_CUT, {"turns": list(turn_ids)})
