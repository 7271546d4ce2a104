"""Documents: what a company gave the assistant to read, who may read it, and how far the reading came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    Select,
    Text,
    any_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.ids import new_id
from models.knowledge.passage import SearchScope
from models.privacy.leftover_file import note_leftovers

Status = Literal["pending", "ready", "failed"]


class DocumentRow(SQLModel, table=True):
    """One version of a document. The one that can be found stays so until the next one is ready: then that takes its
    place and its key. `first_number` and `last_number` are those of its chunks in the search index."""

    __tablename__ = "document"
    __table_args__ = (
        Index("document_ready", "tenant_id", "key", unique=True, postgresql_where="status = 'ready'"),
        Index("document_coming", "tenant_id", "key", unique=True, postgresql_where="status <> 'ready'"),
        Index("document_due", "due_at", postgresql_where="status = 'pending'"),
        CheckConstraint("status IN ('pending', 'ready', 'failed')", name="document_status_known"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference())
    key: str = Field(sa_column=string(default=None))
    title: str = Field(sa_column=string(default=None))
    content_type: str = Field(sa_column=string())
    file: str = Field(sa_column=string())  # where the file itself is kept; empty if it is not
    digest: str = Field(sa_column=string())
    size: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    language: str = Field(sa_column=string())
    is_language_told: bool = Field(sa_column=Column(Boolean, nullable=False, server_default="false"))
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    valid_from: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    valid_to: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    status: str = Field(sa_column=string(default="pending"))
    error: str = Field(sa_column=string())  # why it failed; of one that is ready, what of it could not be read
    tries: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    hindered: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))  # put off, and no try lost
    due_at: datetime | None = Field(default=None, sa_column=moment())
    first_number: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    last_number: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    created_at: datetime = Field(sa_column=moment(nullable=False))
    ready_at: datetime | None = Field(default=None, sa_column=moment())


@dataclass(frozen=True, slots=True)
class Upload:
    """A document as it is given. `language` is of its words: unless it was told, that is what counts where they
    themselves do not give it away. `roles` are those that may be told of it."""

    key: str
    title: str
    language: str
    roles: tuple[str, ...]
    content_type: str = ""
    file: str = ""
    digest: str = ""
    size: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    is_language_told: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """A version as it stands. `numbers` is None until it is ready, and for one without any text."""

    id: UUID
    key: str
    title: str
    content_type: str
    file: str
    size: int
    language: str
    roles: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    status: Status
    error: str
    numbers: tuple[int, int] | None
    created_at: datetime
    is_language_told: bool

    @property
    def chunks(self) -> int:
        return 0 if self.numbers is None else self.numbers[1] - self.numbers[0] + 1


documents = table_of(DocumentRow)
_d = documents.c
_READ = select(
    *(_d.id, _d.key, _d.title, _d.content_type, _d.file, _d.size, _d.language, _d.roles, _d.valid_from, _d.valid_to),
    *(_d.status, _d.error, _d.first_number, _d.last_number, _d.created_at, _d.is_language_told),
)


def put_document(connection: Connection, tenant_id: UUID, upload: Upload) -> UUID:
    """A pending version; one of the same key that was not ready yet is given up for it."""
    # Two who add under one key at the same moment come one after the other; the later one stands.
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{tenant_id}/{upload.key}", 0))))
    mine = (_d.tenant_id == tenant_id, _d.key == upload.key)
    given_up = connection.execute(delete(documents).where(*mine, _d.status != "ready").returning(_d.file))
    note_leftovers(connection, given_up.scalars())
    values = {name: getattr(upload, name) for name in Upload.__slots__}
    made = insert(documents).values(id=new_id(), tenant_id=tenant_id, **values, due_at=func.now())
    document_id: UUID = connection.execute(made.returning(_d.id)).scalar_one()
    return document_id


def find_document(connection: Connection, tenant_id: UUID, document_id: UUID, *, lock: bool = False) -> Document | None:
    statement = _READ.where(_d.tenant_id == tenant_id, _d.id == document_id)
    return _one(connection, statement.with_for_update() if lock else statement)


def find_versions(connection: Connection, tenant_id: UUID, name: str) -> list[Document]:
    """Of one key: the one that can be found, and the one that is coming."""
    statement = _READ.where(_d.tenant_id == tenant_id, _d.key == name).order_by(_d.status == "ready").with_for_update()
    return [_document(row) for row in connection.execute(statement)]


def find_newest(connection: Connection, tenant_id: UUID, name: str) -> Document | None:
    """What was given last under a key, whether or not it can be found by now."""
    return next(iter(find_versions(connection, tenant_id, name)), None)


def list_documents(connection: Connection, tenant_id: UUID) -> list[Document]:
    """All versions, by key; the one that can be found before the one that is coming."""
    statement = _READ.where(_d.tenant_id == tenant_id).order_by(_d.key, _d.status != "ready")
    return [_document(row) for row in connection.execute(statement)]


def readable_numbers(connection: Connection, scope: SearchScope) -> list[tuple[int, int]]:
    """The chunks that the scope may see, as ranges of their numbers."""
    mine = [_d.tenant_id == scope.tenant_id, _d.status == "ready", _d.first_number.is_not(None)]
    if scope.role:
        mine.append(any_(_d.roles) == scope.role)
    if scope.language is not None:
        mine.append(_d.language == scope.language)
    mine.append(or_(_d.valid_from.is_(None), _d.valid_from <= scope.on))
    mine.append(or_(_d.valid_to.is_(None), _d.valid_to >= scope.on))
    statement = select(_d.first_number, _d.last_number).where(*mine)
    return [(first, last) for first, last in connection.execute(statement)]


def has_documents(connection: Connection, tenant_id: UUID) -> bool:
    """Whether anything can be found at all."""
    statement = select(_d.id).where(_d.tenant_id == tenant_id, _d.status == "ready").limit(1)
    return connection.execute(statement).first() is not None


def mark_ready(
    connection: Connection,
    document_id: UUID,
    numbers: Sequence[int],
    *,
    language: str,
    title: str = "",
    notes: str = "",
) -> None:
    """It can be found from the commit on, in the language that it was indexed by. What had its key before must be
    gone. Without `title` it keeps its own."""
    values: dict[str, Any] = {"status": "ready", "error": notes, "due_at": None, "ready_at": func.clock_timestamp()}
    values["language"] = language
    if title:
        values["title"] = title
    if numbers:
        values |= {"first_number": numbers[0], "last_number": numbers[-1]}
    connection.execute(update(documents).where(_d.id == document_id).values(values))


def mark_failed(connection: Connection, document_id: UUID, error: str) -> None:
    """For good; the version before it can be found as ever."""
    values = {"status": "failed", "error": error, "due_at": None}
    connection.execute(update(documents).where(_d.id == document_id, _d.status == "pending").values(values))


def delete_document(connection: Connection, document_id: UUID) -> None:
    """With its chunks, which must be out of the index; its file is left over. Safe to repeat."""
    gone = connection.execute(delete(documents).where(_d.id == document_id).returning(_d.file))
    note_leftovers(connection, gone.scalars())


def _one(connection: Connection, statement: Select[Any]) -> Document | None:
    row = connection.execute(statement).first()
    return None if row is None else _document(row)


def _document(row: Any) -> Document:
    numbers = None if row.first_number is None else (row.first_number, row.last_number)
    plain = (row.id, row.key, row.title, row.content_type, row.file, row.size, row.language, tuple(row.roles))
    return Document(
        *plain, row.valid_from, row.valid_to, row.status, row.error, numbers, row.created_at, row.is_language_told
    )
