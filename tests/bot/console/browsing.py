"""A browser, as far as the console needs one: it gets the form, fills it in and keeps the cookies."""

import re
from functools import cache
from uuid import UUID

from flask import Response, request
from flask.testing import FlaskClient
from werkzeug.http import parse_cookie
from werkzeug.test import TestResponse

from bot.console.passwords import hash_password
from bot.console.sessions import OperatorSessions
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


def add_ana(door: Door) -> UUID:
    """An operator to log in as."""
    with session_scope(door.engine) as connection:
        tenant_id = find_tenant(connection, DEFAULT)
        assert tenant_id is not None
        ana = add_operator(connection, tenant_id=tenant_id, email=EMAIL, name="Ana", password_hash=_hash_of_hers())
    assert ana is not None
    return ana


def form_token(page: TestResponse) -> str:
    match = re.search(r'name="token" value="([^"]+)"', page.get_data(as_text=True))
    assert match is not None, page.get_data(as_text=True)
    return match[1]


def log_in(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, **more: object) -> TestResponse:
    token = form_token(client.get("/console/login"))
    return client.post("/console/login", data={"token": token, "email": email, "password": password}, **more)  # type: ignore[arg-type]


def logged_in(door: Door) -> FlaskClient:
    """A client with Ana's session, begun without the look at her password, which takes longer than all else."""
    response = Response()
    with door.app.test_request_context("/console/login"):
        OperatorSessions(door.engine, door.services.settings).begin(request, response, add_ana(door))
    client = door.client
    client.set_cookie("recado_session", parse_cookie(response.headers["Set-Cookie"])["recado_session"])
    return client
