"""What holds for every address of the web door."""

import re
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.routing import Rule

from bot.problems import Problem
from models.session import session_scope
from tests.bot.conftest import Door, DoorMaker
from tests.bot.door_requests import ask, assert_problem

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")


def path_of(rule: Rule) -> str:
    path = re.sub(r"<uuid:[^>]+>", str(uuid4()), rule.rule)
    path = re.sub(r"<int:[^>]+>", "1", path)
    return re.sub(r"<[^>]+>", "x", path)


def all_paths(app: Flask) -> list[str]:
    return sorted({path_of(rule) for rule in app.url_map.iter_rules() if not rule.websocket})


def test_every_answer_of_every_route_carries_the_security_headers(door: Door) -> None:
    client = door.client
    for path in [*all_paths(door.app), "/", "/no/such/place", "/chat/../../etc/passwd"]:
        for method in METHODS:
            response = client.open(path, method=method)
            assert response.status_code < 500, (method, path)
            for name, value in ALWAYS.items():
                assert response.headers.get(name) == value, (method, path, name)
            policy = response.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'"), (method, path)
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy or path.startswith("/rq/"), (method, path)
            expected = "same-origin" if path.startswith("/console/") else "no-referrer"
            assert response.headers["Referrer-Policy"] == expected, (method, path)
            assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Trace-Id"])
            assert "Strict-Transport-Security" not in response.headers
            assert "Access-Control-Allow-Origin" not in response.headers


def test_every_error_of_every_route_is_a_problem(door: Door) -> None:
    client = door.client
    for path in [*all_paths(door.app), "/no/such/place", "/static/nothing.css"]:
        for method in METHODS[:5]:
            response = client.open(path, method=method, headers={"Accept": "text/html"})
            is_login_form = path == "/console/login" and method == "POST"
            if response.status_code >= 400 and path != "/readyz" and not is_login_form:
                assert_problem(response, response.status_code)


def test_https_is_made_to_last_where_there_is_https(make_door: DoorMaker) -> None:
    response = make_door(public_base_url="https://bot.example.com").client.get("/healthz")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    "error", [RuntimeError("secret words"), KeyError("secret words"), RecursionError(), MemoryError()]
)
def test_an_unexpected_error_is_a_500_that_tells_nothing(
    door: Door, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> str:
        raise error

    door.app.add_url_rule("/fail", view_func=fail)
    response = door.client.get("/fail")
    body = assert_problem(response, 500)
    assert "secret" not in response.get_data(as_text=True)
    assert type(error).__name__ not in response.get_data(as_text=True)
    assert body["title"] == "Internal Server Error"
    assert any(record.exc_info and record.exc_info[1] is error for record in caplog.records)


def test_a_problem_keeps_its_headers(door: Door) -> None:
    def fail() -> str:
        raise Problem(429, "Slower.", {"Retry-After": "7"})

    door.app.add_url_rule("/fail", view_func=fail)
    response = door.client.get("/fail")
    assert assert_problem(response, 429)["detail"] == "Slower."
    assert response.headers["Retry-After"] == "7"


def test_trace_ids_differ_from_request_to_request(door: Door) -> None:
    seen = {door.client.get("/healthz").headers["X-Trace-Id"] for _ in range(5)}
    assert len(seen) == 5


def test_before_the_migrations_have_run_everything_asks_for_patience(door: Door) -> None:
    with session_scope(door.engine) as connection:
        connection.execute(text("ALTER TABLE channel_account RENAME TO elsewhere"))
    response = ask(door.client)
    assert_problem(response, 503)
    assert response.headers["Retry-After"]


HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/chat", "/webhooks/whatsapp/default", "/console/login", "/v1/usage", "/ws/chat", "/rq/"]),
    method=st.sampled_from(["GET", "POST"]),
    content_type=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]),
    body=st.binary(max_size=200) | st.text(max_size=100).map(str.encode),
    query=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40),
    name=st.sampled_from(["Authorization", "Cookie", "Origin", "Prefer", "Idempotency-Key", "traceparent", "Host"]),
    value=HEADER_TEXT,
)
def test_nothing_that_can_be_sent_is_a_500(
    door: Door, path: str, method: str, content_type: str, body: bytes, query: str, name: str, value: str
) -> None:
    headers = [("Content-Type", content_type), (name, value), ("X-Twilio-Signature", value)]
    response = door.client.open(f"{path}?{query}", method=method, data=body, headers=headers)
    assert response.status_code < 500, response.get_data(as_text=True)
