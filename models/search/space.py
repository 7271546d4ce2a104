"""The searchable sets: a company's documents are one, what was said with a person is one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKeyConstraint,
    Identity,
    Integer,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import Field, SQLModel

from models.columns import moment, reference, string, table_of

SpaceKind = Literal["documents", "turns"]


class SearchSpaceRow(SQLModel, table=True):
    """Texts have numbers, which are never given twice. `stems` and `grams` sum the lengths of all texts."""

    __tablename__ = "search_space"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "owner_id", name="search_space_one_of_each"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
    )

    # A number, unlike ids elsewhere: it stands in millions of rows.
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    tenant_id: UUID = Field(sa_column=reference())
    kind: str = Field(sa_column=string(default=None))
    owner_id: UUID = Field(sa_column=reference())
    version: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))  # moves with each change
    next_number: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    texts: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    stems: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    grams: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    languages: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    lexicon_version: int = Field(sa_column=Column(Integer, nullable=False))
    created_at: datetime = Field(sa_column=moment(nullable=False))


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """What scoring needs to know of a space, and where its next text goes."""

    id: int
    next_number: int
    texts: int
    stems: int
    grams: int
    languages: tuple[str, ...]
    lexicon_version: int


spaces = table_of(SearchSpaceRow)
_s = spaces.c
_READ = select(_s.id, _s.next_number, _s.texts, _s.stems, _s.grams, _s.languages, _s.lexicon_version)


def ensure_space(connection: Connection, tenant_id: UUID, kind: SpaceKind, owner_id: UUID, lexicon_version: int) -> int:
    """Its id, made if missing. Safe to repeat."""
    values = {"tenant_id": tenant_id, "kind": kind, "owner_id": owner_id}
    statement = insert(spaces).values(**values, lexicon_version=lexicon_version)
    connection.execute(statement.on_conflict_do_nothing())
    found = find_space(connection, tenant_id, kind, owner_id)
    assert found is not None, "made just now, or there before"
    return found


def find_space(connection: Connection, tenant_id: UUID, kind: SpaceKind, owner_id: UUID) -> int | None:
    mine = (_s.tenant_id == tenant_id, _s.kind == kind, _s.owner_id == owner_id)
    return cast("int | None", connection.execute(select(_s.id).where(*mine)).scalar_one_or_none())


_VERSION = select(_s.id, _s.version).where(
    *(_s[name] == bindparam(name, type_=_s[name].type) for name in ("tenant_id", "kind", "owner_id"))
)


def space_version(connection: Connection, tenant_id: UUID, kind: SpaceKind, owner_id: UUID) -> str:
    """Another one after every change of what is indexed; empty where nothing ever was."""
    row = connection.execute(_VERSION, {"tenant_id": tenant_id, "kind": kind, "owner_id": owner_id}).first()
    return "" if row is None else f"{row.id}.{row.version}"


def read_space(connection: Connection, space_id: int, *, lock: bool = False) -> SearchSpace | None:
    """With `lock` nobody else adds or removes until the transaction ends. None for a space that is gone."""
    statement = _READ.where(_s.id == space_id)
    row = connection.execute(statement.with_for_update() if lock else statement).first()
    return None if row is None else SearchSpace(*row[:5], tuple(row.languages), row.lexicon_version)


def note_change(
    connection: Connection,
    space: SearchSpace,
    *,
    texts: int,
    stems: int,
    grams: int,
    languages: frozenset[str] = frozenset(),
    end: int = 0,
) -> None:
    """Add to what the space counts, of a space that is locked; less than nothing for what was removed. `end` is the
    number after the last one added."""
    changed = {
        "next_number": max(space.next_number, end),
        "texts": space.texts + texts,
        "stems": space.stems + stems,
        "grams": space.grams + grams,
        "languages": sorted(languages.union(space.languages)),
        "version": _s.version + 1,
    }
    connection.execute(update(spaces).where(_s.id == space.id).values(changed))


def lock_outdated(connection: Connection, space_id: int, lexicon_version: int) -> bool:
    """Take a space that another version of the lexicon indexed; False if that is over, or somebody else has it."""
    mine = select(_s.id).where(_s.id == space_id, _s.lexicon_version != lexicon_version)
    return connection.execute(mine.with_for_update(skip_locked=True)).first() is not None


def reset_space(connection: Connection, space_id: int, lexicon_version: int) -> None:
    """As if nothing had been indexed yet; numbers go on."""
    for table in ("search_posting", "search_word"):
        connection.execute(text(f"DELETE FROM {table} WHERE space_id = :space_id"), {"space_id": space_id})  # noqa: S608
    fresh = {"texts": 0, "stems": 0, "grams": 0, "languages": [], "lexicon_version": lexicon_version}
    fresh["version"] = _s.version + 1
    connection.execute(update(spaces).where(_s.id == space_id).values(fresh))


def delete_space(connection: Connection, space_id: int) -> None:
    """With all that is indexed in it. Safe to repeat."""
    connection.execute(delete(spaces).where(_s.id == space_id))


def find_outdated(connection: Connection, kind: SpaceKind, lexicon_version: int) -> list[tuple[int, UUID, UUID]]:
    """Spaces that another version of the lexicon indexed: id, tenant, owner."""
    statement = select(_s.id, _s.tenant_id, _s.owner_id).where(_s.kind == kind, _s.lexicon_version != lexicon_version)
    return [(row.id, row.tenant_id, row.owner_id) for row in connection.execute(statement)]
