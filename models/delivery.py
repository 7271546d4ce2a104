"""Receipts: the platform's word about a part, logged, and moving the part forward only."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from models.conversation import conversations
from models.ids import new_id
from models.inbound import Receipt
from models.outbox import RANK, SETTLED, outbox, receipts

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
        if standing not in SETTLED:  # it may free the next one
            connection.execute(
                update(conversations)
                .where(c.id == part.conversation_id)
                .values(due_at=func.least(c.due_at, func.now()))
            )
    connection.execute(update(outbox).where(o.id == part.id).values(**values))
