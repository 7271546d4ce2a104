"""Leases: who may work on a conversation, and who may do what only one process may. The database's clock decides.

A lease carries a fence, a number that grows with every owner. Each write of a stage checks it first or in the same
statement, so that a worker that froze and thawed can change nothing any more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Executable, Interval, Row, bindparam, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from models.conversation import conversations
from models.errors import LeaseLost
from models.process import named_leases


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one conversation until it expires or is released."""

    conversation_id: UUID
    owner: str
    fence: int


_c = conversations.c
IS_HELD = (_c.id == bindparam("held_conversation")) & (_c.fence == bindparam("held_fence"))
_HOLDING = select(_c.id).where(IS_HELD).with_for_update(key_share=True)

# For statements that write under a lease and stand for themselves: one row while the lease is held, none afterwards.
HELD = _HOLDING.cte("held")


_TAKE = (
    update(conversations)
    .where(_c.id == bindparam("wanted"), or_(_c.lease_owner.is_(None), _c.lease_until < func.now()))
    .values(
        lease_owner=bindparam("owner"), lease_until=func.now() + bindparam("lasts", type_=Interval), fence=_c.fence + 1
    )
    .returning(_c.fence)
)
_TAKE_IF_DUE = _TAKE.where(_c.due_at <= func.now())


def acquire_lease(
    connection: Connection, conversation_id: UUID, owner: str, duration: timedelta, *, only_if_due: bool = False
) -> Lease | None:
    """None if somebody else holds it, or it is not due and was to be."""
    values = {"wanted": conversation_id, "owner": owner, "lasts": duration}
    fence = connection.execute(_TAKE_IF_DUE if only_if_due else _TAKE, values).scalar_one_or_none()
    return None if fence is None else Lease(conversation_id, owner, fence)


def check_lease(connection: Connection, lease: Lease) -> None:
    """Lock the conversation against a new owner until this transaction ends. Raises LeaseLost."""
    write_under(connection, lease, _HOLDING, {})


def find_under(
    connection: Connection, lease: Lease, statement: Executable, values: Mapping[str, Any]
) -> Row[Any] | None:
    """The first row of a statement that is bound to HELD, or to IS_HELD; None also when the lease is lost."""
    return connection.execute(statement, {**values, **_held_by(lease)}).first()


def write_under(connection: Connection, lease: Lease, statement: Executable, values: Mapping[str, Any]) -> Row[Any]:
    """The same of a statement that returns a row whatever else is the case. Raises LeaseLost."""
    row = find_under(connection, lease, statement, values)
    if row is None:
        raise LeaseLost(f"the lease on conversation {lease.conversation_id} passed to another worker")
    return row


def _held_by(lease: Lease) -> dict[str, object]:
    return {"held_conversation": lease.conversation_id, "held_fence": lease.fence}


def extend_lease(connection: Connection, lease: Lease, duration: timedelta) -> None:
    """Hold it at least `duration` from now. Raises LeaseLost."""
    c = conversations.c
    result = connection.execute(
        update(conversations)
        .where(c.id == lease.conversation_id, c.fence == lease.fence)
        .values(lease_until=func.greatest(c.lease_until, func.now() + literal(duration)))
    )
    if result.rowcount != 1:
        raise LeaseLost(f"the lease on conversation {lease.conversation_id} passed to another worker")


def renew_leases(connection: Connection, owner: str, leases: Iterable[Lease], duration: timedelta) -> None:
    """Every lease of a process in one statement; a lease that was lost stays lost.

    A conversation that is locked just now is left for the next time: one slow stage must not cost the others theirs.
    """
    c = conversations.c
    held = select(c.id).where(c.id.in_([lease.conversation_id for lease in leases]), c.lease_owner == owner)
    free = held.with_for_update(key_share=True, skip_locked=True).scalar_subquery()
    connection.execute(
        update(conversations)
        .where(c.id.in_(free))
        .values(lease_until=func.greatest(c.lease_until, func.now() + literal(duration)))
    )


_next_due_at = bindparam("next_due_at", type_=_c.due_at.type)
_due_at = case((_c.undelivered_at.is_not(None), func.now()), else_=_next_due_at)  # somebody is to be told of it still
_RELEASE = update(conversations).where(IS_HELD).values(lease_owner=None, lease_until=None, due_at=_due_at, rung_at=None)


def release_lease(connection: Connection, lease: Lease, due_at: datetime | None) -> None:
    """Give it back and say when the next stage is due. The caller looked for work under `check_lease` before."""
    connection.execute(_RELEASE, {**_held_by(lease), "next_due_at": due_at})


def hold_named_lease(connection: Connection, name: str, owner: str, duration: timedelta) -> bool:
    """Take or renew the right to do something alone; False while another holds it."""
    until = func.now() + literal(duration)
    statement = insert(named_leases).values(name=name, owner=owner, held_until=until)
    statement = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"owner": owner, "held_until": until},
        where=or_(named_leases.c.owner == owner, named_leases.c.held_until < func.now()),
    )
    return connection.execute(statement.returning(named_leases.c.name)).first() is not None
