"""What stood in the files that a version of an agent names when it was applied: kept once, whatever names it."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Column, Connection, ForeignKeyConstraint, Text, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Field, SQLModel

from models.agents.version import versions
from models.columns import key, string, table_of


class AgentFile(SQLModel, table=True):
    """A content, by its SHA-256: never changed, and never taken away while its tenant is there."""

    __tablename__ = "agent_file"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),)

    tenant_id: UUID = Field(sa_column=key())
    digest: str = Field(sa_column=Column(Text, primary_key=True))
    content: str = Field(sa_column=string(default=None))


files = table_of(AgentFile)


def digest_of(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def store_contents(connection: Connection, tenant_id: UUID, contents: Mapping[str, str]) -> dict[str, str]:
    """By path; gives the digests by path. Safe to repeat."""
    for content in contents.values():
        row = {"tenant_id": tenant_id, "digest": digest_of(content), "content": content}
        connection.execute(upsert(files).values(**row).on_conflict_do_nothing())
    return {path: digest_of(content) for path, content in contents.items()}


def find_contents(connection: Connection, version_id: UUID) -> dict[str, str] | None:
    """By path, as they stood when the version was applied; None for a version from before contents were kept."""
    v = versions.c
    found = connection.execute(select(v.tenant_id, v.files).where(v.id == version_id)).first()
    if found is None or found.files is None:
        return None
    f = files.c
    kept = select(f.digest, f.content).where(f.tenant_id == found.tenant_id, f.digest.in_(set(found.files.values())))
    contents = {row.digest: row.content for row in connection.execute(kept)} if found.files else {}
    return {path: contents[digest] for path, digest in found.files.items()}
