"""Documents that wait to be read: each is claimed for a while by one reader, and by another if that one dies."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, case, func, literal, select, update

from models.knowledge.document import documents


@dataclass(frozen=True, slots=True)
class DueDocument:
    """What a reader needs. `tries` counts this one; `told_language` is empty if nobody said it."""

    id: UUID
    tenant_id: UUID
    key: str
    title: str
    content_type: str
    file: str
    tries: int
    told_language: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a document came. `tries` 0: nobody has begun."""

    status: str
    error: str
    tries: int
    chunks: int


_d = documents.c
_TOLD = case((_d.is_language_told, _d.language), else_="")
_COLUMNS = (_d.id, _d.tenant_id, _d.key, _d.title, _d.content_type, _d.file, _d.tries, _TOLD)


def claim_document(connection: Connection, lease: timedelta, only: UUID | None = None) -> DueDocument | None:
    """The one that has waited longest, or `only` that one; nobody else gets it before the lease is over."""
    due = select(_d.id).where(_d.status == "pending", _d.file != "", _d.due_at <= func.now())
    if only is not None:
        due = due.where(_d.id == only)
    first = due.order_by(_d.due_at).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    claimed = update(documents).where(_d.id == first).values(due_at=func.now() + literal(lease), tries=_d.tries + 1)
    row = connection.execute(claimed.returning(*_COLUMNS)).first()
    return None if row is None else DueDocument(*row)


def put_off(connection: Connection, due: DueDocument, wait: timedelta, *, most: int) -> None:
    """It could not be taken in now. Up to `most` times that is no fault of its own, and this try does not count."""
    mine = update(documents).where(_d.id == due.id, _d.status == "pending", _d.tries == due.tries)
    is_excused = _d.hindered < most
    tries = case((is_excused, _d.tries - 1), else_=_d.tries)
    hindered = case((is_excused, _d.hindered + 1), else_=_d.hindered)
    connection.execute(mine.values(due_at=func.now() + literal(wait), tries=tries, hindered=hindered))


def find_progress(connection: Connection, document_id: UUID) -> Progress | None:
    """None for one that was given up for a newer version, or removed."""
    chunks = func.coalesce(_d.last_number - _d.first_number + 1, 0)
    row = connection.execute(select(_d.status, _d.error, _d.tries, chunks).where(_d.id == document_id)).first()
    return None if row is None else Progress(*row)
