"""Making operators: by the command line, and the first one at the first start."""

import re
from uuid import UUID

from sqlalchemy import Engine

from bot.console.passwords import hash_password, readable_password
from models.errors import ConfigurationError, RecadoError
from models.operators.access import add_operator, has_operators
from models.session import build_engine, session_scope
from models.tenant import DEFAULT, find_tenant

FIRST_EMAIL = "admin@localhost"
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
_EMAIL = re.compile(r"[^\s@\x00-\x1f]{1,64}@[^\s@\x00-\x1f]{1,189}")


class AccountRefused(RecadoError):
    """The operator cannot be made; the message says why."""


def create_operator(engine: Engine, *, tenant_id: UUID, email: str, name: str, password: str) -> UUID:
    """The new operator's id. Raises AccountRefused for a taken or odd e-mail address, or a weak password."""
    address = email.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise AccountRefused(f"{email!r} is not an e-mail address")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountRefused(f"the password must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    password_hash = hash_password(password)
    with session_scope(engine) as connection:
        operator_id = add_operator(
            connection, tenant_id=tenant_id, email=address, name=name.strip() or address, password_hash=password_hash
        )
    if operator_id is None:
        raise AccountRefused(f"{address} is an operator already")
    return operator_id


def ensure_first_operator(database_url: str) -> tuple[str, str] | None:
    """The e-mail address and password of a new operator if there was none; the password is kept nowhere else.

    The default tenant must exist. Raises ConfigurationError otherwise.
    """
    engine = build_engine(database_url, application_name="recado-setup", pool_size=1)
    try:
        with session_scope(engine) as connection:
            if has_operators(connection):
                return None
            tenant_id = find_tenant(connection, DEFAULT)
        if tenant_id is None:
            raise ConfigurationError("DATABASE_URL: this database holds no tenant yet; start Recado on it first")
        password = readable_password()
        try:
            create_operator(engine, tenant_id=tenant_id, email=FIRST_EMAIL, name="Admin", password=password)
        except AccountRefused:  # another start was faster
            return None
        return FIRST_EMAIL, password
    finally:
        engine.dispose()
