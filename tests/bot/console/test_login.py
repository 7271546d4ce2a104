"""Logging in to the console, and everything that must keep others out."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text, update

from bot.console.accounts import AccountRefused, create_operator, ensure_first_operator
from bot.console.attempts import PER_ADDRESS, PER_EMAIL, WINDOW_SECONDS, LoginAttempts
from bot.console.passwords import is_password, readable_password
from bot.console.routes import build_redis
from bot.tenant import prepare_tenant
from models.errors import ConfigurationError
from models.inbound import InboundMessage
from models.inbox import RawRequest, store_messages
from models.operators.access import disable_operator, operator_sessions, operators
from models.session import session_scope
from models.tenant import DEFAULT, ensure_account, find_tenant
from tests.bot.answering import answer_message
from tests.bot.conftest import Door, DoorMaker, MakeSettings
from tests.bot.console.browsing import EMAIL, PASSWORD, add_ana, form_token, log_in, logged_in
from tests.bot.door_requests import assert_problem
from tests.fakes import FixedClock


def test_the_right_password_opens_the_console(door: Door) -> None:
    add_ana(door)
    client = door.client
    assert log_in(client).status_code == 303
    page = client.get("/console/")
    assert page.status_code == 200
    assert "Ana" in page.get_data(as_text=True)


def test_the_console_tells_of_replies_that_lost_figures_today(door: Door) -> None:
    with session_scope(door.engine) as connection:
        tenant = find_tenant(connection, DEFAULT)
        assert tenant is not None
        account = ensure_account(connection, tenant, channel="chat")
    request = RawRequest("/chat", {}, b"{}", "0" * 32)
    [stored] = store_messages(door.engine, account, request, [InboundMessage("m-1", "ana", "quanto vendi?")])
    client = logged_in(door)
    with session_scope(door.engine) as connection:
        answer_message(connection, stored.message_id, "R$ 1", announce=False)
    assert "nenhum dado confirmava" not in client.get("/console/").get_data(as_text=True)
    with session_scope(door.engine) as connection:
        connection.execute(text("UPDATE run SET error = 'ungrounded: 1 left out'"))
    page = client.get("/console/").get_data(as_text=True)
    assert "O agente padrão: 1 de 1 resposta(s) saíram sem números que nenhum dado confirmava." in page


def test_the_e_mail_address_is_not_a_matter_of_case(door: Door) -> None:
    add_ana(door)
    assert log_in(door.client, email=" ANA@Example.com ").status_code == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "errada"), ("outra@example.com", PASSWORD), ("", ""), (EMAIL, "x" * 10_000), ("a\0b", "c"), (EMAIL, "")],
)
def test_a_wrong_login_says_no_more_than_that(door: Door, email: str, password: str) -> None:
    add_ana(door)
    client = door.client
    response = log_in(client, email, password)
    assert response.status_code == 401
    assert "E-mail ou senha incorretos." in response.get_data(as_text=True)
    assert client.get("/console/").status_code == 303


def test_without_a_session_every_page_leads_to_the_login(door: Door) -> None:
    for path in ("/console/", "/rq/", "/rq/0/data/queues.json"):
        response = door.client.get(path)
        assert (response.status_code, response.headers["Location"]) == (303, "/console/login")


def test_an_invented_cookie_opens_nothing(door: Door) -> None:
    client = door.client
    client.set_cookie("recado_session", "x" * 43)
    assert client.get("/console/").status_code == 303


def test_the_cookie_is_hidden_from_scripts_and_tied_to_https_where_there_is_https(make_door: DoorMaker) -> None:
    door = make_door(public_base_url="https://bot.example.com")
    add_ana(door)
    client = door.client
    token = form_token(client.get("/console/login", base_url="https://bot.example.com"))
    response = client.post(
        "/console/login",
        data={"token": token, "email": EMAIL, "password": PASSWORD},
        base_url="https://bot.example.com",
    )
    cookie = next(c for c in response.headers.getlist("Set-Cookie") if c.startswith("__Host-recado_session="))
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_plain_http_has_a_cookie_without_the_https_name(door: Door) -> None:
    add_ana(door)
    cookies = log_in(door.client).headers.getlist("Set-Cookie")
    cookie = next(c for c in cookies if c.startswith("recado_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_database_holds_no_token_that_opens_anything(door: Door) -> None:
    client = logged_in(door)
    cookie = client.get_cookie("recado_session")
    assert cookie is not None
    with session_scope(door.engine) as connection:
        row = connection.execute(select(operator_sessions)).one()
    assert len(row.token_hash) == 32
    assert cookie.value.encode() != row.token_hash


def test_each_login_has_a_new_token_and_ends_the_browsers_old_one(door: Door) -> None:
    client = logged_in(door)
    first = client.get_cookie("recado_session")
    assert first is not None
    token = form_token_of_a_stranger(door)
    client.set_cookie("recado_login", token, path="/console")
    client.post("/console/login", data={"token": token, "email": EMAIL, "password": PASSWORD})
    second = client.get_cookie("recado_session")
    assert second is not None
    assert first.value != second.value
    thief = door.client
    thief.set_cookie("recado_session", first.value)
    assert thief.get("/console/").status_code == 303


def form_token_of_a_stranger(door: Door) -> str:
    return form_token(door.client.get("/console/login"))


def test_logging_out_ends_the_session_for_every_copy_of_the_cookie(door: Door) -> None:
    client = logged_in(door)
    cookie = client.get_cookie("recado_session")
    assert cookie is not None
    token = form_token(client.get("/console/"))
    assert client.post("/console/logout", data={"token": token}).status_code == 303
    client.set_cookie("recado_session", cookie.value)
    assert client.get("/console/").status_code == 303


def test_a_session_ends_after_twelve_hours(door: Door) -> None:
    client = logged_in(door)
    with session_scope(door.engine) as connection:
        expires_at = connection.execute(select(operator_sessions.c.expires_at)).scalar_one()
        assert timedelta(hours=11, minutes=59) < expires_at - datetime.now(UTC) <= timedelta(hours=12)
        connection.execute(update(operator_sessions).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert client.get("/console/").status_code == 303


def test_a_disabled_operator_is_out_at_once_and_stays_out(door: Door) -> None:
    client = logged_in(door)
    with session_scope(door.engine) as connection:
        tenant_id = find_tenant(connection, DEFAULT)
        assert tenant_id is not None
        assert disable_operator(connection, tenant_id, EMAIL)
    assert client.get("/console/").status_code == 303
    assert log_in(client).status_code == 401


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_form_without_its_token_does_nothing(door: Door, token: str) -> None:
    client = logged_in(door)
    assert_problem(client.post("/console/logout", data={"token": token}), 403)
    assert client.get("/console/").status_code == 200
    stranger = door.client
    stranger.get("/console/login")
    response = stranger.post("/console/login", data={"token": token, "email": EMAIL, "password": PASSWORD})
    assert response.status_code == 403


def test_a_login_form_of_another_browser_does_not_fit(door: Door) -> None:
    add_ana(door)
    client = door.client
    client.get("/console/login")
    foreign = form_token_of_a_stranger(door)
    response = client.post("/console/login", data={"token": foreign, "email": EMAIL, "password": PASSWORD})
    assert response.status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_forms_sent_by_other_sites_do_nothing(door: Door, headers: dict[str, str]) -> None:
    client = logged_in(door)
    token = form_token(client.get("/console/"))
    assert_problem(client.post("/console/logout", data={"token": token}, headers=headers), 403)
    assert log_in(door.client, headers=headers).status_code == 403


def test_forms_of_our_own_pages_pass_by_address_and_by_public_address(make_door: DoorMaker) -> None:
    door = make_door(public_base_url="http://bot.example.com")
    add_ana(door)
    for origin in ("http://localhost", "http://bot.example.com"):
        assert log_in(door.client, headers={"Origin": origin}).status_code == 303


def test_guessing_is_stopped_per_operator_even_with_the_right_guess_at_last(door: Door) -> None:
    add_ana(door)
    codes = [log_in(door.client, password="x").status_code for _ in range(PER_EMAIL)]
    assert codes == [401] * PER_EMAIL
    assert log_in(door.client).status_code == 429


def test_the_right_password_forgives_the_slips_before_it(door: Door) -> None:
    add_ana(door)
    assert [log_in(door.client, password="x").status_code for _ in range(PER_EMAIL - 1)] == [401] * (PER_EMAIL - 1)
    assert log_in(door.client).status_code == 303
    assert log_in(door.client, password="x").status_code == 401, "one too many, if those before it still counted"
    assert log_in(door.client).status_code == 303


def test_guessing_is_stopped_per_address_in_redis_and_without_it(fresh_redis_url: str) -> None:
    for url in (fresh_redis_url, "redis://127.0.0.1:1/0"):
        clock = FixedClock()
        redis = build_redis(url)
        attempts = LoginAttempts(redis, clock)
        admitted = [attempts.admit("10.0.0.1", f"{n}@example.com") for n in range(PER_ADDRESS + 1)]
        assert admitted == [True] * PER_ADDRESS + [False]
        assert attempts.admit("10.0.0.2", "a@example.com")
        redis.close()
    clock.move(WINDOW_SECONDS + 1)
    assert attempts.admit("10.0.0.1", "0@example.com")


def test_redis_keeps_counts_for_a_window_and_no_address(fresh_redis_url: str) -> None:
    redis = build_redis(fresh_redis_url)
    LoginAttempts(redis, FixedClock()).admit("10.0.0.1", EMAIL)
    keys = [key.decode() for key in redis.scan_iter("recado:login:*")]
    assert len(keys) == 2
    assert not any("10.0.0.1" in key or EMAIL in key for key in keys)
    assert all(0 < redis.ttl(key) <= WINDOW_SECONDS for key in keys)
    redis.close()


def test_names_and_senders_cannot_write_html_into_the_console(door: Door) -> None:
    evil = "<script>alert(1)</script>"
    with session_scope(door.engine) as connection:
        tenant_id = find_tenant(connection, DEFAULT)
    assert tenant_id is not None
    create_operator(door.engine, tenant_id=tenant_id, email=EMAIL, name=evil, password=PASSWORD)
    client = door.client
    log_in(client)
    door.client.post("/chat", json={"user_id": evil, "message": "Oi"}, headers={"Prefer": "respond-async"})
    page = client.get("/console/").get_data(as_text=True)
    assert evil not in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_the_first_operator_is_made_once_with_a_password_that_works(door: Door) -> None:
    made = ensure_first_operator(door.services.database_url)
    assert made is not None
    email, password = made
    assert email == "admin@localhost"
    assert log_in(door.client, email, password).status_code == 303
    assert ensure_first_operator(door.services.database_url) is None


def test_the_first_operator_needs_a_tenant(fresh_database_url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        ensure_first_operator(fresh_database_url)


def test_operators_are_refused_for_a_taken_address_or_a_weak_password(
    engine: Engine, make_settings: MakeSettings
) -> None:
    prepare_tenant(engine, make_settings())
    with session_scope(engine) as connection:
        tenant_id = find_tenant(connection, DEFAULT)
    assert tenant_id is not None
    create_operator(engine, tenant_id=tenant_id, email="A@b.c", name="A", password=PASSWORD)
    for email, password in (("a@B.c", PASSWORD), ("no-address", PASSWORD), ("x@y.z", "short"), ("x@y.z", "x" * 300)):
        with pytest.raises(AccountRefused):
            create_operator(engine, tenant_id=tenant_id, email=email, name="B", password=password)
    with session_scope(engine) as connection:
        kept = connection.execute(select(operators.c.email, operators.c.password_hash)).all()
    assert [row.email for row in kept] == ["a@b.c"]
    assert kept[0].password_hash.startswith("$argon2id$")
    assert is_password(kept[0].password_hash, PASSWORD)
    assert not is_password(None, PASSWORD)
    assert not is_password("no hash at all", PASSWORD)


def test_made_up_passwords_differ_and_can_be_read_out() -> None:
    passwords = {readable_password() for _ in range(100)}
    assert len(passwords) == 100
    assert all(len(word) == 19 and not set("ilo01") & set(word) for word in passwords)
