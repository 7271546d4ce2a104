"""A browser, as far as the console needs one: it gets the form, fills it in and keeps the cookies."""

import re
from functools import cache

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.console.passwords import hash_password
from models.operators.access import add_operator
from models.session import session_scope
from models.tenant import DEFAULT, find_tenant
from tests.bot.conftest import Door

EMAIL = "ana@example.com"
PASSWORD = "uma senha bem longa"


@cache
def _hash_of_hers() -> str:
    """Hashed once: it takes longer than all else that such a test does."""
    return hash_password(PASSWORD)


def add_ana(door: Door) -> None:
    """An operator to log in as."""
    with session_scope(door.engine) as connection:
        tenant_id = find_tenant(connection, DEFAULT)
        assert tenant_id is not None
        assert add_operator(connection, tenant_id=tenant_id, email=EMAIL, name="Ana", password_hash=_hash_of_hers())


def form_token(page: TestResponse) -> str:
    match = re.search(r'name="token" value="([^"]+)"', page.get_data(as_text=True))
    assert match is not None, page.get_data(as_text=True)
    return match[1]


def log_in(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, **more: object) -> TestResponse:
    token = form_token(client.get("/console/login"))
    return client.post("/console/login", data={"token": token, "email": email, "password": password}, **more)  # type: ignore[arg-type]


def logged_in(door: Door) -> FlaskClient:
    """A client with Ana's session."""
    add_ana(door)
    client = door.client
    assert log_in(client).status_code == 303
    return client
