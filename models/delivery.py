"""Receipts: the platform's word about a part, logged, and moving the part forward only."""

from uuid import UUID

from sqlalchemy import Connection, case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from models.conversation import conversations
from models.ids import new_id
from models.inbound import Receipt
from models.outbox import RANK, outbox, receipts

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
    part_id = _find_part(connection, tenant_id, receipt)
    statement = insert(receipts).values(
        id=new_id(),
        account_id=account_id,
        outbox_id=part_id,
        external_id=receipt.external_id,
        status=receipt.status,
        error_code=receipt.error_code,
        extra=dict(receipt.extra) or None,
    )
    fresh = connection.execute(statement.on_conflict_do_nothing().returning(receipts.c.id)).first() is not None
    if fresh and part_id is not None:
        _move_forward(connection, part_id, receipt)
    return fresh


def _find_part(connection: Connection, tenant_id: UUID, receipt: Receipt) -> UUID | None:
    o = outbox.c
    statement = select(o.id).where(o.tenant_id == tenant_id)
    if receipt.part_id is not None:
        statement = statement.where(o.id == receipt.part_id)
    elif receipt.external_id:
        statement = statement.where(o.provider_id == receipt.external_id)
    else:
        return None
    found: UUID | None = connection.execute(statement).scalar_one_or_none()
    return found


def _move_forward(connection: Connection, part_id: UUID, receipt: Receipt) -> None:
    o = outbox.c
    status = _STATUS.get(receipt.status)
    values = {"provider_id": func.coalesce(o.provider_id, receipt.external_id or None)}
    if status is None:  # queued, sending: proof that the platform has it, no more
        connection.execute(update(outbox).where(o.id == part_id).values(**values))
        return
    rank = case(RANK, value=o.status)
    row = connection.execute(
        update(outbox)
        .where(o.id == part_id, rank < RANK[status])
        .values(
            status=status,
            error_code=func.coalesce(func.nullif(receipt.error_code, ""), o.error_code),
            settled_at=func.coalesce(o.settled_at, func.now()),
            **values,
        )
        .returning(o.conversation_id)
    ).first()
    if row:  # a settled part may free the next one
        c = conversations.c
        connection.execute(
            update(conversations).where(c.id == row.conversation_id).values(due_at=func.least(c.due_at, func.now()))
        )
