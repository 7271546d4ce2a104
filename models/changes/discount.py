"""Requests for a discount: asked for by one person, ruled on by a manager who is another, once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKeyConstraint,
    Integer,
    Numeric,
    Row,
    UniqueConstraint,
    func,
    insert,
    select,
    update,
)
from sqlmodel import Field, SQLModel

from models.audit import note
from models.columns import key, moment, reference, string, table_of
from models.tenant import Tenant

RulingStatus = Literal["waiting", "approved", "refused", "withdrawn"]
_STATUSES = ("waiting", "approved", "refused", "withdrawn")


class DiscountRow(SQLModel, table=True):
    """`id` is that of the change that the requester agreed to: the same yes asks once."""

    __tablename__ = "discount_request"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number", name="discount_request_numbered"),
        CheckConstraint(f"status IN {_STATUSES!r}", name="discount_request_status_known"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["account_id"], ["channel_account.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference())
    number: int = Field(sa_column=Column(Integer, nullable=False))  # counts from 1 in each tenant
    account_id: UUID = Field(sa_column=reference())  # where she asked
    address: str = Field(sa_column=string())
    person_id: UUID | None = Field(default=None, sa_column=reference(nullable=True))
    person: str = Field(sa_column=string())
    customer: str = Field(sa_column=string())
    subject: str = Field(sa_column=string())  # an order or a deal, in her words
    percent: Decimal = Field(sa_column=Column(Numeric(5, 2), nullable=False))
    reason: str = Field(sa_column=string())
    language: str = Field(sa_column=string())
    status: str = Field(sa_column=string(default="waiting"))
    ruled_by: str = Field(sa_column=string())
    ruled_in: UUID | None = Field(default=None, sa_column=reference(nullable=True))  # the turn of the manager's words
    ruled_at: datetime | None = Field(default=None, sa_column=moment())
    created_at: datetime = Field(sa_column=moment(nullable=False))


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, by the address that the channel verified; `person_id` is None in what earlier releases stored
    of somebody whom only an open door let in, or an address beside the one that is on the list."""

    tenant_id: UUID
    account_id: UUID
    address: str
    person_id: UUID | None
    person: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for."""

    customer: str
    subject: str
    percent: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class DiscountRequest:
    id: UUID
    number: int
    requester: Requester
    wish: Wish
    language: str
    status: RulingStatus
    ruled_by: str
    ruled_in: UUID | None
    created_at: datetime


discounts = table_of(DiscountRow)
_d = discounts.c
_tenants = table_of(Tenant)
_WHOLE = select(discounts)


def add_request(
    connection: Connection, request_id: UUID, requester: Requester, wish: Wish, language: str
) -> tuple[DiscountRequest, bool]:
    """It, and whether it is new: the same id asks once."""
    connection.execute(
        select(_tenants.c.id).where(_tenants.c.id == requester.tenant_id).with_for_update(key_share=True)
    )
    known = find_request(connection, requester.tenant_id, request_id)
    if known is not None:
        return known, False
    last = select(func.coalesce(func.max(_d.number), 0)).where(_d.tenant_id == requester.tenant_id).scalar_subquery()
    whose = {"tenant_id": requester.tenant_id, "account_id": requester.account_id, "address": requester.address}
    who = {"person_id": requester.person_id, "person": requester.person, "language": language}
    what = {"customer": wish.customer, "subject": wish.subject, "percent": wish.percent, "reason": wish.reason}
    connection.execute(insert(discounts).values(id=request_id, number=last + 1, **whose, **who, **what))
    added = find_request(connection, requester.tenant_id, request_id)
    assert added is not None, "the row was just made"
    return added, True


def find_request(connection: Connection, tenant_id: UUID, request_id: UUID) -> DiscountRequest | None:
    row = connection.execute(_WHOLE.where(_d.tenant_id == tenant_id, _d.id == request_id)).one_or_none()
    return None if row is None else _read(row)


def hold_numbered(connection: Connection, tenant_id: UUID, number: int) -> DiscountRequest | None:
    """Locked until the commit, so that nobody rules on it meanwhile."""
    wanted = _WHOLE.where(_d.tenant_id == tenant_id, _d.number == number).with_for_update()
    row = connection.execute(wanted).one_or_none()
    return None if row is None else _read(row)


def list_requests(connection: Connection, tenant_id: UUID, *, waiting_only: bool) -> list[DiscountRequest]:
    """Newest first, at most 200."""
    wanted = _WHOLE.where(_d.tenant_id == tenant_id).order_by(_d.number.desc()).limit(200)
    wanted = wanted.where(_d.status == "waiting") if waiting_only else wanted
    return [_read(row) for row in connection.execute(wanted)]


def rule(
    connection: Connection, request: DiscountRequest, status: RulingStatus, *, by: str, address: str, turn_id: UUID
) -> bool:
    """Whether it waited still. On record with the change that it came from."""
    done = update(discounts).where(_d.id == request.id, _d.status == "waiting")
    values = {"status": status, "ruled_by": by, "ruled_in": turn_id, "ruled_at": func.now()}
    if connection.execute(done.values(**values).returning(_d.id)).first() is None:
        return False
    detail = {"number": request.number}
    words = f"{request.wish.percent.normalize():f}% {request.wish.customer}"
    note(connection, request.requester.tenant_id, request.id, status, address, by, words, detail=detail)
    return True


def withdraw(connection: Connection, tenant_id: UUID, request_id: UUID) -> bool:
    """False where a manager has ruled, or there is none. Safe to repeat."""
    mine = update(discounts).where(_d.tenant_id == tenant_id, _d.id == request_id)
    mine = mine.where(_d.status.in_(["waiting", "withdrawn"]))
    return connection.execute(mine.values(status="withdrawn")).rowcount == 1


def _read(row: Row[Any]) -> DiscountRequest:
    requester = Requester(row.tenant_id, row.account_id, row.address, row.person_id, row.person)
    wish = Wish(row.customer, row.subject, row.percent, row.reason)
    fate = row.language, row.status, row.ruled_by, row.ruled_in, row.created_at
    return DiscountRequest(row.id, row.number, requester, wish, *fate)
