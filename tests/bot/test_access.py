"""Who may use the doors for programs."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from bot.access import create_api_key
from models.operators.access import api_keys, find_api_key, list_api_keys, revoke_api_key
from models.session import session_scope
from models.tenant import DEFAULT, ensure_account, ensure_tenant, find_tenant
from tests.bot.answering import inbound_rows
from tests.bot.conftest import Door, DoorMaker
from tests.bot.door_requests import ask, assert_problem

ASYNC = {"Prefer": "respond-async"}


def code(door: Door, headers: dict[str, str] | None = None, **more: object) -> int:
    return ask(door.client, headers=ASYNC | (headers or {}), **more).status_code


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "LOCALHOST", "[::1]:8000"])
def test_the_embedded_demo_needs_no_key_on_its_own_machine(door: Door, host: str) -> None:
    assert code(door, {"Host": host}) == 202


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.0.7:8000", "", "[", "127.1"]
)
def test_another_host_name_needs_a_key(closed_door: Door, host: str) -> None:
    response = ask(closed_door.client, headers={"Host": host})
    assert_problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"]
)
def test_a_request_through_a_proxy_needs_a_key(closed_door: Door, header: str) -> None:
    assert_problem(ask(closed_door.client, headers={header: "127.0.0.1"}), 401)


@pytest.mark.parametrize("peer", ["192.168.0.7", "10.0.0.1", "::ffff:8.8.8.8", "", "garbage"])
def test_a_peer_elsewhere_needs_a_key(closed_door: Door, peer: str) -> None:
    assert_problem(ask(closed_door.client, environ_overrides={"REMOTE_ADDR": peer}), 401)
    assert inbound_rows(closed_door.engine) == []


def test_a_public_address_closes_the_keyless_door(make_door: DoorMaker) -> None:
    door = make_door(public_base_url="https://bot.example.com")
    assert_problem(ask(door.client), 401)
    assert code(door, door.bearer()) == 202


def test_engines_of_ones_own_close_the_keyless_door(make_door: DoorMaker) -> None:
    assert_problem(ask(make_door(recado_embedded=False).client), 401)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_pages_of_other_sites_may_not_use_the_keyless_door(closed_door: Door, headers: dict[str, str]) -> None:
    assert_problem(ask(closed_door.client, headers=headers | {"Host": "localhost:8000"}), 403)
    assert inbound_rows(closed_door.engine) == []


def test_a_page_of_our_own_may_use_the_keyless_door(door: Door) -> None:
    own = {"Host": "localhost:8000", "Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}
    assert code(door, own) == 202


def test_a_key_has_its_shape_and_only_its_hash_is_kept(door: Door) -> None:
    key = door.key("crm")
    assert re.fullmatch(r"rk_[0-9a-f]{32}_[A-Za-z0-9_-]{43}", key)
    with session_scope(door.engine) as connection:
        row = connection.execute(select(api_keys)).one()
    assert row.name == "crm"
    assert len(row.secret_hash) == 32
    assert key[36:].encode() not in row.secret_hash


def test_a_key_opens_the_door_from_anywhere(door: Door) -> None:
    outside = {"Host": "bot.example.com", "X-Forwarded-For": "8.8.8.8"}
    assert code(door, outside | door.bearer(), environ_overrides={"REMOTE_ADDR": "10.0.0.9"}) == 202


@pytest.mark.parametrize("change", ["secret", "id", "shape", "scheme", "empty", "unicode"])
def test_a_wrong_key_is_refused_even_where_none_is_needed(closed_door: Door, change: str) -> None:
    key = closed_door.key()
    wrong = {
        "secret": f"Bearer {key[:-1]}{'A' if key[-1] != 'A' else 'B'}",
        "id": f"Bearer rk_{'0' * 32}_{key[36:]}",
        "shape": "Bearer rk_something",
        "scheme": f"Basic {key}",
        "empty": "",
        "unicode": "Bearer rk_\xe9",
    }[change]
    response = ask(closed_door.client, headers={"Authorization": wrong})
    assert_problem(response, 401)
    assert "invalid_token" in response.headers["WWW-Authenticate"]


def test_a_revoked_key_opens_nothing_from_then_on(door: Door) -> None:
    headers = door.bearer()
    assert code(door, headers) == 202
    key_id = UUID(hex=headers["Authorization"].split("_")[1])
    with session_scope(door.engine) as connection:
        tenant_id = find_tenant(connection, DEFAULT)
        assert tenant_id is not None
        assert revoke_api_key(connection, tenant_id, key_id)
        assert not revoke_api_key(connection, tenant_id, key_id)
        assert find_api_key(connection, key_id) is None
    assert_problem(ask(door.client, headers=headers), 401)


def test_the_last_use_of_a_key_is_noted_once_a_minute_at_most(door: Door) -> None:
    headers = door.bearer()
    k = api_keys.c

    def last_used() -> datetime | None:
        with session_scope(door.engine) as connection:
            return connection.execute(select(k.last_used_at)).scalar_one()

    assert last_used() is None
    code(door, headers)
    first = last_used()
    code(door, headers)
    assert last_used() == first is not None
    with session_scope(door.engine) as connection:
        connection.execute(update(api_keys).values(last_used_at=datetime.now(UTC) - timedelta(seconds=61)))
    code(door, headers)
    used = last_used()
    assert used is not None
    assert datetime.now(UTC) - used < timedelta(seconds=30)


def test_a_key_of_one_tenant_sees_no_turn_of_another(door: Door) -> None:
    turn_id = ask(door.client, headers=ASYNC).get_json()["turn_id"]
    with session_scope(door.engine) as connection:
        other = ensure_tenant(connection, slug="other", name="Other", timezone="UTC")
        ensure_account(connection, other, channel="chat", name="other")
    key = create_api_key(door.engine, tenant_id=other, name="other")[1]
    response = door.client.get(f"/chat/{turn_id}", headers={"Authorization": f"Bearer {key}"})
    assert_problem(response, 404)


def test_keys_are_listed_with_the_revoked_ones(door: Door) -> None:
    door.key("one")
    door.key("two")
    with session_scope(door.engine) as connection:
        tenant_id = find_tenant(connection, DEFAULT)
        assert tenant_id is not None
        listed = list_api_keys(connection, tenant_id)
        revoke_api_key(connection, tenant_id, listed[0].id)
        again = list_api_keys(connection, tenant_id)
    assert [key.name for key in again] == ["one", "two"]
    assert [key.revoked_at is None for key in again] == [False, True]


def test_v1_always_needs_a_key(closed_door: Door) -> None:
    response = closed_door.client.get("/v1/usage")
    assert_problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
