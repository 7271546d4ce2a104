"""Who may enter: operators with their sessions, and API keys. Secrets are kept only as hashes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    LargeBinary,
    UniqueConstraint,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Field, SQLModel

from models.columns import key, moment, reference, string, table_of
from models.ids import new_id

_TOUCH_EVERY = timedelta(minutes=1)  # a busy key writes its last use this often at most


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


@dataclass(frozen=True, slots=True)
class KnownKey:
    """An API key that is not revoked; whoever presents it must still prove the secret."""

    id: UUID
    tenant_id: UUID
    secret_hash: bytes


@dataclass(frozen=True, slots=True)
class ListedKey:
    """An API key as its owner may see it."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownOperator:
    """An operator who is not disabled; `password_hash` never leaves the login."""

    id: UUID
    tenant_id: UUID
    email: str
    name: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class ListedOperator:
    """An operator as the others may see her, disabled or not."""

    email: str
    name: str
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A login that has neither expired nor been ended, and its operator."""

    operator_id: UUID
    tenant_id: UUID
    email: str
    name: str
    csrf_token: str


def add_api_key(connection: Connection, *, key_id: UUID, tenant_id: UUID, name: str, secret_hash: bytes) -> None:
    connection.execute(insert(api_keys).values(id=key_id, tenant_id=tenant_id, name=name, secret_hash=secret_hash))


def find_api_key(connection: Connection, key_id: UUID) -> KnownKey | None:
    """The key by its public half; None when it is unknown or revoked."""
    k = api_keys.c
    statement = select(k.id, k.tenant_id, k.secret_hash).where(k.id == key_id, k.revoked_at.is_(None))
    row = connection.execute(statement).first()
    return KnownKey(*row) if row else None


def touch_api_key(connection: Connection, key_id: UUID) -> None:
    """Note that the key was used, once a minute at most; never waits for another request doing the same."""
    k = api_keys.c
    is_stale = or_(k.last_used_at.is_(None), k.last_used_at < func.now() - literal(_TOUCH_EVERY))
    free = select(k.id).where(k.id == key_id, is_stale).with_for_update(skip_locked=True)
    connection.execute(update(api_keys).where(k.id.in_(free.scalar_subquery())).values(last_used_at=func.now()))


def revoke_api_key(connection: Connection, tenant_id: UUID, key_id: UUID) -> bool:
    """From now on the key opens nothing; False if the tenant has no such live key."""
    k = api_keys.c
    statement = update(api_keys).where(k.id == key_id, k.tenant_id == tenant_id, k.revoked_at.is_(None))
    return connection.execute(statement.values(revoked_at=func.now()).returning(k.id)).first() is not None


def list_api_keys(connection: Connection, tenant_id: UUID) -> list[ListedKey]:
    """All keys of the tenant, the oldest first, the revoked among them."""
    k = api_keys.c
    statement = select(k.id, k.name, k.created_at, k.last_used_at, k.revoked_at).where(k.tenant_id == tenant_id)
    return [ListedKey(*row) for row in connection.execute(statement.order_by(k.created_at, k.id))]


def add_operator(connection: Connection, *, tenant_id: UUID, email: str, name: str, password_hash: str) -> UUID | None:
    """The new operator's id, or None if the e-mail address is taken. `email` must be lower case."""
    values = {"id": new_id(), "tenant_id": tenant_id, "email": email, "name": name, "password_hash": password_hash}
    statement = upsert(operators).values(**values).on_conflict_do_nothing(index_elements=["email"])
    operator_id: UUID | None = connection.execute(statement.returning(operators.c.id)).scalar_one_or_none()
    return operator_id


def find_operator(connection: Connection, email: str) -> KnownOperator | None:
    o = operators.c
    statement = select(o.id, o.tenant_id, o.email, o.name, o.password_hash)
    row = connection.execute(statement.where(o.email == email, o.disabled_at.is_(None))).first()
    return KnownOperator(*row) if row else None


def set_operator_password(connection: Connection, operator_id: UUID, password_hash: str) -> None:
    statement = update(operators).where(operators.c.id == operator_id)
    connection.execute(statement.values(password_hash=password_hash))


def has_operators(connection: Connection) -> bool:
    """Whether anybody, disabled or not, was ever made operator."""
    return connection.execute(select(operators.c.id).limit(1)).first() is not None


def list_operators(connection: Connection, tenant_id: UUID) -> list[ListedOperator]:
    """All operators of the tenant by e-mail address, the disabled among them."""
    o = operators.c
    statement = select(o.email, o.name, o.created_at, o.disabled_at).where(o.tenant_id == tenant_id)
    return [ListedOperator(*row) for row in connection.execute(statement.order_by(o.email))]


def disable_operator(connection: Connection, tenant_id: UUID, email: str) -> bool:
    """The operator may not log in any more and is logged out everywhere; False if there is no such operator."""
    o = operators.c
    statement = update(operators).where(o.email == email, o.tenant_id == tenant_id, o.disabled_at.is_(None))
    operator_id = connection.execute(statement.values(disabled_at=func.now()).returning(o.id)).scalar_one_or_none()
    if operator_id is None:
        return False
    connection.execute(delete(operator_sessions).where(operator_sessions.c.operator_id == operator_id))
    return True


def open_session(
    connection: Connection, *, operator_id: UUID, token_hash: bytes, csrf_token: str, lifetime: timedelta
) -> None:
    """Keep a new login; those of the operator that have expired go."""
    s = operator_sessions.c
    connection.execute(delete(operator_sessions).where(s.operator_id == operator_id, s.expires_at <= func.now()))
    values = {"token_hash": token_hash, "operator_id": operator_id, "csrf_token": csrf_token}
    connection.execute(insert(operator_sessions).values(**values, expires_at=func.now() + literal(lifetime)))


def find_session(connection: Connection, token_hash: bytes) -> LiveSession | None:
    s, o = operator_sessions.c, operators.c
    row = connection.execute(
        select(o.id, o.tenant_id, o.email, o.name, s.csrf_token)
        .select_from(operator_sessions.join(operators, o.id == s.operator_id))
        .where(s.token_hash == token_hash, s.expires_at > func.now(), o.disabled_at.is_(None))
    ).first()
    return LiveSession(*row) if row else None


def close_session(connection: Connection, token_hash: bytes) -> None:
    connection.execute(delete(operator_sessions).where(operator_sessions.c.token_hash == token_hash))


def forget_expired_sessions(connection: Connection) -> int:
    """Delete logins whose time is over; returns how many."""
    s = operator_sessions.c
    ended = delete(operator_sessions).where(s.expires_at < func.now()).returning(s.operator_id)
    return len(connection.execute(ended).all())
