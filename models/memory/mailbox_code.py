"""Codes sent to a mailbox, by which whoever can read it proves so in another channel."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import Column, Connection, ForeignKeyConstraint, Index, Integer, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of

LIVES = timedelta(minutes=15)
_TRIES = 5  # at one code
_AN_HOUR = 3  # codes, for one contact and to one mailbox
_AN_HOUR_IN_ALL = 30  # of a company: nobody writes to the world by it


class MailboxCode(SQLModel, table=True):
    __tablename__ = "mailbox_code"
    __table_args__ = (
        Index("mailbox_code_of_contact", "contact_id", "created_at"),
        Index("mailbox_code_to_mailbox", "tenant_id", "mailbox", "created_at"),
        ForeignKeyConstraint(["contact_id"], ["contact.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())  # of the turn in which it was asked for, so that it is sent once
    tenant_id: UUID = Field(sa_column=reference())
    contact_id: UUID = Field(sa_column=reference())  # who says that the mailbox is hers
    mailbox: str = Field(sa_column=string())
    digest: str = Field(sa_column=string())
    tries: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    used_in: UUID | None = Field(default=None, sa_column=reference(nullable=True))  # the turn in which it was written
    created_at: datetime = Field(sa_column=moment(nullable=False))


codes = table_of(MailboxCode)


@dataclass(frozen=True, slots=True)
class Begun:
    """`code` is empty where this turn's was sent before."""

    code: str


def begin_proof(connection: Connection, turn_id: UUID, tenant_id: UUID, contact_id: UUID, mailbox: str) -> Begun | None:
    """A new code; None where too many were sent within the hour."""
    c = codes.c
    lately = c.created_at > func.now() - literal(timedelta(hours=1))
    same = or_(c.contact_id == contact_id, (c.tenant_id == tenant_id) & (c.mailbox == mailbox))
    sent = list(connection.execute(select(c.id).where(lately, same)).scalars())
    if turn_id in sent:
        return Begun("")
    in_all = connection.execute(select(func.count()).select_from(codes).where(lately, c.tenant_id == tenant_id))
    if len(sent) >= _AN_HOUR or in_all.scalar_one() >= _AN_HOUR_IN_ALL:
        return None
    code = f"{secrets.randbelow(1_000_000):06}"
    row = {"id": turn_id, "tenant_id": tenant_id, "contact_id": contact_id, "mailbox": mailbox}
    connection.execute(insert(codes).values(**row, digest=_digest(turn_id, code)))
    return Begun(code)


@dataclass(frozen=True, slots=True)
class Checked:
    """`mailbox` is proven where the code is right."""

    verdict: Literal["none", "wrong", "right"]
    mailbox: str = ""


def check_proof(connection: Connection, turn_id: UUID, contact_id: UUID, code: str) -> Checked:
    """Of the newest code that was sent for the contact and lives: it is good in one turn, and for a few tries."""
    c = codes.c
    living = (c.contact_id == contact_id) & (c.tries < _TRIES) & (c.created_at > func.now() - literal(LIVES))
    unused = or_(c.used_in.is_(None), c.used_in == turn_id)
    newest = select(c.id, c.mailbox, c.digest).where(living, unused).order_by(c.created_at.desc(), c.id.desc())
    row = connection.execute(newest.limit(1).with_for_update()).first()
    if row is None:
        return Checked("none")
    if not secrets.compare_digest(row.digest, _digest(row.id, code)):
        connection.execute(update(codes).where(c.id == row.id).values(tries=c.tries + 1))
        return Checked("wrong")
    connection.execute(update(codes).where(c.id == row.id).values(used_in=turn_id))
    return Checked("right", row.mailbox)


def _digest(code_id: UUID, code: str) -> str:
    return hashlib.sha256(f"{code_id}:{code}".encode()).hexdigest()
