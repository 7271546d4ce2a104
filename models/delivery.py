"""Receipts: the platform's word about a part, logged, and moving the part forward only."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from models.conversation import conversations
from models.ids import new_id
from models.inbound import Receipt
from models.outbox import RANK, SETTLED, outbox, receipts
from models.reply import OutboundPart
from models.turn import turns

# The platforms' words for how far a part came, in ours. A word that is not here is logged and moves nothing.
_STATUS = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
    "undelivered": "failed",
    "canceled": "failed",
}


def record_receipt(connection: Connection, account_id: UUID, tenant_id: UUID, receipt: Receipt) -> bool:
    """Log it and move its part forward; False if this word was known. Safe to repeat, in any order.

    It may come before our own note that the part was accepted: the part is found by the id in the callback's URL first.
    """
    part = _find_part(connection, tenant_id, receipt)
    statement = insert(receipts).values(
        id=new_id(),
        account_id=account_id,
        outbox_id=part.id if part else None,
        external_id=receipt.external_id,
        status=receipt.status,
        error_code=receipt.error_code,
        extra=dict(receipt.extra) or None,
    )
    fresh = connection.execute(statement.on_conflict_do_nothing().returning(receipts.c.id)).first() is not None
    if fresh and part is not None:
        _move_forward(connection, part, receipt)
    return fresh


class _Part(NamedTuple):
    id: UUID
    conversation_id: UUID


def _find_part(connection: Connection, tenant_id: UUID, receipt: Receipt) -> _Part | None:
    o = outbox.c
    statement = select(o.id, o.conversation_id).where(o.tenant_id == tenant_id)
    if receipt.part_id is not None:
        statement = statement.where(o.id == receipt.part_id)
    elif receipt.external_id:
        statement = statement.where(o.provider_id == receipt.external_id)
    else:
        return None
    row = connection.execute(statement).one_or_none()
    return None if row is None else _Part(*row)


def _move_forward(connection: Connection, part: _Part, receipt: Receipt) -> None:
    """The conversation is locked before its part, in the order of every stage: the other way round both would wait."""
    o, c = outbox.c, conversations.c
    connection.execute(select(c.id).where(c.id == part.conversation_id).with_for_update(key_share=True))
    standing: str = connection.execute(select(o.status).where(o.id == part.id)).scalar_one()
    status = _STATUS.get(receipt.status)
    values: dict[str, Any] = {"provider_id": func.coalesce(o.provider_id, receipt.external_id or None)}
    if status is not None and RANK[standing] < RANK[status]:  # else: proof that the platform has it, no more
        values |= {
            "status": status,
            "error_code": func.coalesce(func.nullif(receipt.error_code, ""), o.error_code),
            "settled_at": func.coalesce(o.settled_at, func.now()),
        }
        is_lost = status == "failed"
        if is_lost or standing not in SETTLED:  # a person is to be called; it may free the next part
            woken: dict[str, Any] = {"due_at": func.least(c.due_at, func.now())}
            woken |= {"undelivered_at": func.coalesce(c.undelivered_at, func.now())} if is_lost else {}
            connection.execute(update(conversations).where(c.id == part.conversation_id).values(**woken))
    connection.execute(update(outbox).where(o.id == part.id).values(**values))


def find_refused_part(connection: Connection, tenant_id: UUID, receipt: Receipt) -> OutboundPart | None:
    """The part that this receipt said will never arrive; None if it names none of ours, or none that failed."""
    part = _find_part(connection, tenant_id, receipt)
    if part is None:
        return None
    o = outbox.c
    row = connection.execute(select(outbox).where(o.id == part.id, o.status == "failed")).one_or_none()
    if row is None:
        return None
    return OutboundPart(row.id, row.turn_id, row.number, row.to_address, row.body, row.attempted_at, row.extra or {})


def say_again(connection: Connection, part: OutboundPart) -> bool:
    """Another wording of a part that failed, as a further part of its turn, which is open again until it has left.
    Nobody needs to be called for what is said again.

    False while a later turn is under way, whose reply must not be overtaken, and while its own is answered anew.
    """
    o, t, c = outbox.c, turns.c, conversations.c
    row = connection.execute(
        select(o.tenant_id, o.conversation_id, func.max(o.number).over().label("highest")).where(
            o.turn_id == part.turn_id
        )
    ).first()
    assert row is not None, "the part that failed is one of them"
    connection.execute(select(c.id).where(c.id == row.conversation_id).with_for_update(key_share=True))
    in_the_way = case((t.id == part.turn_id, t.status == "open"), else_=t.status != "settled")
    other = select(t.id).where(t.conversation_id == row.conversation_id, in_the_way)
    if connection.execute(other).first() is not None:
        return False
    connection.execute(
        insert(outbox).values(
            id=new_id(),
            tenant_id=row.tenant_id,
            conversation_id=row.conversation_id,
            turn_id=part.turn_id,
            number=row.highest + 1,
            to_address=part.to,
            body=part.body,
            extra=dict(part.extra) or None,
        )
    )
    connection.execute(update(turns).where(t.id == part.turn_id).values(status="answered", settled_at=None))
    woken = {"due_at": func.least(c.due_at, func.now()), "undelivered_at": None}
    connection.execute(update(conversations).where(c.id == row.conversation_id).values(**woken))
    return True
