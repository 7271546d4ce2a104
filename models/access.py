"""Who may enter: operators with their sessions, and API keys. Secrets are kept only as hashes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of


class Operator(SQLModel, table=True):
    __tablename__ = "operator"
    __table_args__ = (
        UniqueConstraint("email"),
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),
    )

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    email: str = Field(sa_column=string())  # lower case
    name: str = Field(sa_column=string())
    password_hash: str = Field(sa_column=string())  # argon2id
    created_at: datetime = Field(sa_column=moment(nullable=False))
    disabled_at: datetime | None = Field(default=None, sa_column=moment())


class OperatorSession(SQLModel, table=True):
    """A login. The cookie holds the token, the table its SHA-256."""

    __tablename__ = "operator_session"
    __table_args__ = (ForeignKeyConstraint(["operator_id"], ["operator.id"], ondelete="CASCADE"),)

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    operator_id: UUID = Field(sa_column=reference(index=True))
    csrf_token: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=moment(nullable=False))
    expires_at: datetime = Field(sa_column=moment(nullable=False))


class ApiKey(SQLModel, table=True):
    """`rk_<id>_<secret>`: the id finds the row, the secret's SHA-256 proves it."""

    __tablename__ = "api_key"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenant.id"], ondelete="CASCADE"),)

    id: UUID = Field(sa_column=key())
    tenant_id: UUID = Field(sa_column=reference(index=True))
    name: str = Field(sa_column=string())
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_column=moment(nullable=False))
    last_used_at: datetime | None = Field(default=None, sa_column=moment())
    revoked_at: datetime | None = Field(default=None, sa_column=moment())


operators = table_of(Operator)
operator_sessions = table_of(OperatorSession)
api_keys = table_of(ApiKey)
