"""Answers kept to be given again, by a key that holds all that they hang on; and who is making one just now.

A key without an answer is a place: whoever leads makes the answer, others with the same question wait for it as rows. A
leader is alive for as long as the lease on its conversation is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Interval,
    Text,
    Update,
    bindparam,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Field, SQLModel

from models.cache.awaited_answer import awaited
from models.columns import fixed, key, moment, reference, string, table_of
from models.conversation import conversations
from models.lease import Lease, check_lease
from models.run import runs, tool_calls
from models.turn import turns
from models.turns import BegunTurn

Standing = Literal["leading", "waiting", "open"]  # makes the answer; waits for it; makes its own, kept by nobody


class CachedAnswer(SQLModel, table=True):
    """Goes with the turn that the answer was made in, and so with the person who asked."""

    __tablename__ = "cached_answer"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["turn_id"], ["turn.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["leader_id"], ["conversation.id"], ondelete="SET NULL"),
        Index("cached_answer_of_turn", "turn_id"),
        Index("cached_answer_led", "leader_id"),
        Index("cached_answer_old", "touched_at"),
        Index("cached_answer_gist", "tenant_id", "gist", postgresql_where="gist <> ''"),
    )

    tenant_id: UUID = Field(sa_column=key())
    key: str = Field(sa_column=Column(Text, primary_key=True))
    gist: str = Field(sa_column=string())  # the key of other wordings too; empty where none may share it
    turn_id: UUID | None = Field(default=None, sa_column=reference(nullable=True))  # null: no answer yet
    reply: str = Field(sa_column=string())
    versions: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False, server_default="{}"))  # by the tools used
    taint: str = Field(sa_column=string())
    answered_at: datetime | None = Field(default=None, sa_column=moment())
    expires_at: datetime | None = Field(default=None, sa_column=moment())
    leader_id: UUID | None = Field(default=None, sa_column=reference(nullable=True))  # its conversation
    leader_fence: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    open_until: datetime | None = Field(default=None, sa_column=moment())  # nobody waits: the last was not to be kept
    touched_at: datetime = Field(sa_column=moment(nullable=False))


cached_answers = table_of(CachedAnswer)
_c = cached_answers.c
_HERE = (_c.tenant_id == bindparam("tenant", type_=_c.tenant_id.type)) & (_c.key == bindparam("of_key"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is kept: a company's, by its key. `versions` are the states of all that the tools may read, by
    their names: no answer that was made from others stands here. `gist` is shared with other wordings, where that is
    wished for."""

    tenant_id: UUID
    key: str
    versions: Mapping[str, str]
    gist: str = ""

    @property
    def values(self) -> dict[str, object]:
        return {"tenant": self.tenant_id, "of_key": self.key}


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An earlier answer with what its run left on record."""

    turn_id: UUID
    reply: str
    taint: str
    answered_at: datetime
    provider: str
    llm: str
    grounding: dict[str, Any] | None


_STANDING = (
    select(_c.turn_id, _c.reply, _c.taint, _c.answered_at, runs.c.provider, runs.c.llm, runs.c.grounding)
    .join(runs, (runs.c.turn_id == _c.turn_id) & (runs.c.status == "done"))
    .where(_c.expires_at > func.now(), _c.versions.contained_by(bindparam("present", type_=JSONB)))
    .order_by(_c.answered_at.desc(), runs.c.attempt.desc())
    .limit(1)
)
_FIND = _STANDING.where(_HERE)
_FIND_ALIKE = _STANDING.where(
    _c.tenant_id == bindparam("tenant", type_=_c.tenant_id.type), _c.gist == bindparam("gist"), _c.gist != fixed("")
)


def find_kept(connection: Connection, place: Place) -> KeptAnswer | None:
    row = connection.execute(_FIND, place.values | {"present": dict(place.versions)}).first()
    return None if row is None else KeptAnswer(*row)


def find_alike(connection: Connection, place: Place) -> KeptAnswer | None:
    """The newest to another wording."""
    values = {"tenant": place.tenant_id, "gist": place.gist, "present": dict(place.versions)}
    row = connection.execute(_FIND_ALIKE, values).first()
    return None if row is None else KeptAnswer(*row)


_IS_LED = exists().where(
    conversations.c.id == _c.leader_id,
    conversations.c.fence == _c.leader_fence,
    conversations.c.lease_owner.is_not(None),
    conversations.c.lease_until >= func.clock_timestamp(),
)
_OPEN = upsert(cached_answers).on_conflict_do_nothing()
_STATE = (
    select(_c.leader_id, _IS_LED.label("is_led"))
    .add_columns((func.coalesce(_c.open_until, func.now()) > func.now()).label("is_open"))
    .where(_HERE)
)
_LOCK = select(_c.key).where(_HERE).with_for_update()
_LEAD = (
    update(cached_answers)
    .where(_HERE)
    .values(leader_id=bindparam("leader"), leader_fence=bindparam("fence"), touched_at=func.now())
)


def stand_in_line(
    connection: Connection, lease: Lease, turn: BegunTurn, place: Place, *, patience: timedelta
) -> KeptAnswer | Standing:
    """Lead, or wait for who does: the turn is put off for at most `patience`, and due again once the leader has ended.
    An answer that came meanwhile is given instead. Under the lease; raises LeaseLost. One transaction."""
    check_lease(connection, lease)
    connection.execute(_OPEN, {"tenant_id": place.tenant_id, "key": place.key})
    connection.execute(_LOCK, place.values)
    if (kept := find_kept(connection, place)) is not None:
        return kept
    state = connection.execute(_STATE, place.values).one()
    if state.is_open:
        return "open"
    if state.is_led and state.leader_id != lease.conversation_id:
        _wait(connection, lease, turn, place, patience)
        return "waiting"
    connection.execute(_LEAD, {**place.values, "leader": lease.conversation_id, "fence": lease.fence})
    return "leading"


def lead_anew(connection: Connection, lease: Lease, place: Place) -> None:
    """Make an answer in the place of the one that is kept."""
    connection.execute(_OPEN, {"tenant_id": place.tenant_id, "key": place.key})
    connection.execute(_LEAD, {**place.values, "leader": lease.conversation_id, "fence": lease.fence})


def _wait(connection: Connection, lease: Lease, turn: BegunTurn, place: Place, patience: timedelta) -> None:
    row = {"turn_id": turn.id, "conversation_id": lease.conversation_id}
    waiting = upsert(awaited).values(**row, tenant_id=place.tenant_id, key=place.key)
    connection.execute(waiting.on_conflict_do_update(index_elements=["turn_id"], set_={"key": place.key}))
    t, r = turns.c, runs.c
    due = {"running": 0, "next_try_at": func.now() + literal(patience, Interval)}
    connection.execute(update(turns).where(t.id == turn.id, t.status == "open").values(**due))
    connection.execute(delete(runs).where(r.id == turn.run_id, r.status == "started"))  # who waits has run nothing


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """One that may be given again for so long. `versions` are those that it was made from; `gist` is empty where no
    other wording may share it."""

    turn_id: UUID
    reply: str
    versions: Mapping[str, str]
    taint: str
    life: timedelta
    gist: str = ""


def keep_answer(connection: Connection, place: Place, answer: NewAnswer) -> None:
    """In the transaction of the answer itself."""
    kept: dict[str, Any] = {"turn_id": answer.turn_id, "reply": answer.reply, "versions": dict(answer.versions)}
    kept |= {"gist": answer.gist, "taint": answer.taint, "answered_at": func.now(), "touched_at": func.now()}
    kept |= {"expires_at": func.now() + literal(answer.life, Interval)}
    kept |= {"leader_id": None, "leader_fence": None, "open_until": None}
    statement = upsert(cached_answers).values(tenant_id=place.tenant_id, key=place.key, **kept)
    connection.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "key"], set_=kept))


def leave_place(connection: Connection, lease: Lease, place: Place, *, open_for: timedelta) -> None:
    """Without an answer for others. For so long nobody waits there: what this question gets is not to be kept."""
    values: dict[str, Any] = {"leader_id": None, "leader_fence": None}
    if open_for:
        values["open_until"] = func.now() + literal(open_for, Interval)
    mine = (_c.leader_id == lease.conversation_id) & (_c.leader_fence == lease.fence)
    connection.execute(update(cached_answers).where(_HERE, mine).values(**values), place.values)


def _wake() -> Update:
    """Conversations before turns, as everybody locks them."""
    a, t = awaited.c, turns.c
    here = (a.tenant_id == bindparam("tenant", type_=a.tenant_id.type)) & (a.key == bindparam("of_key"))
    gone = delete(awaited).where(here).returning(a.turn_id, a.conversation_id).cte("gone")
    woken = (
        update(conversations)
        .where(conversations.c.id == gone.c.conversation_id)
        .values(due_at=func.now())
        .returning(gone.c.turn_id)
        .cte("woken")
    )
    due = update(turns).where(t.id == woken.c.turn_id, t.status == "open").values(next_try_at=func.now())
    return due.returning(t.conversation_id)


_WAKE = _wake()


def wake_waiting(connection: Connection, place: Place) -> Sequence[UUID]:
    """The conversations whose turns waited there, due now: whoever is returned gets rung. After the commit of what they
    waited for."""
    return connection.execute(_WAKE, place.values).scalars().all()


_COPY_CALLS = (
    upsert(tool_calls)
    .from_select(
        ["turn_id", "step", "number", "tenant_id", "call_id", "name", "arguments", "result", "ok", "time_ms"],
        select(
            bindparam("this_turn", type_=tool_calls.c.turn_id.type),
            *(
                tool_calls.c[name]
                for name in ("step", "number", "tenant_id", "call_id", "name", "arguments", "result", "ok")
            ),
            tool_calls.c.time_ms,
        ).where(tool_calls.c.turn_id == bindparam("kept_turn", type_=tool_calls.c.turn_id.type)),
    )
    .on_conflict_do_nothing()
)  # an execution that died may have made the same


def copy_tool_calls(connection: Connection, kept: KeptAnswer, turn_id: UUID) -> None:
    """So that the turn which is answered again shows what its figures rest on, as the first one does."""
    connection.execute(_COPY_CALLS, {"this_turn": turn_id, "kept_turn": kept.turn_id})


def forget_old_answers(connection: Connection, age: timedelta) -> None:
    """Whatever nobody has made or waited for within `age`; longer than any answer lives."""
    connection.execute(delete(cached_answers).where(_c.touched_at < func.now() - literal(age, Interval)))
