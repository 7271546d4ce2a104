"""`/chat`: a question in, its answer out, or a place to ask for it later."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.app import door_of
from jobs.queue import JobQueue
from models.message import messages
from models.session import build_engine, session_scope
from tests.bot.answering import Spent, answer_message, inbound_rows, pretend_worker
from tests.bot.conftest import Door, DoorMaker
from tests.bot.door_requests import ask, assert_problem
from tests.waiting import eventually

CHEAP = Spent()
SHAPE = {
    "response": str,
    "model": str,
    "tokens_used": int,
    "context_size": int,
    "memory": list,
    "conversation_id": str,
    "turn_id": str,
    "trace_id": str,
    "tools": list,
    "cost": str,
    "time_ms": int,
    "cached": bool,
    "engine": str,
}


def answer_first(door: Door, text: str = "Olá", spent: Spent = CHEAP) -> UUID:
    message_id = inbound_rows(door.engine)[0][0]
    with session_scope(door.engine) as connection:
        answer_message(connection, message_id, text, spent)
    return message_id


def test_an_answer_has_exactly_the_promised_shape(door: Door) -> None:
    with pretend_worker(door.engine):
        response = ask(door.client, "Quais foram as vendas?")
    assert response.status_code == 200
    assert response.content_type == "application/json"
    body = response.get_json()
    assert {name: type(value) for name, value in body.items()} == SHAPE
    assert body["response"] == "eco: Quais foram as vendas?"
    assert body["model"] == "test-llm"
    assert body["tokens_used"] == 123
    assert body["context_size"] == 6
    assert body["memory"] == [{"role": "user", "content": "Quais foram as vendas?", "at": "2026-03-02T12:00:00+00:00"}]
    assert body["tools"] == [{"name": "sales_summary", "arguments": {"metric": "revenue"}, "result": {"rows": 1}}]
    assert Decimal(body["cost"]) == Decimal("0.001234")
    assert body["trace_id"] == response.headers["X-Trace-Id"]


def test_an_unknown_price_is_null_and_never_zero(door: Door) -> None:
    ask(door.client, headers={"Prefer": "respond-async"})
    turn_id = answer_first(door, spent=Spent(cost=None))
    assert door.client.get(f"/chat/{turn_id}").get_json()["cost"] is None


def test_no_wait_is_needed_for_who_prefers_to_come_back(make_door: DoorMaker) -> None:
    door = make_door(chat_wait_seconds=60)
    started_at = time.monotonic()
    response = ask(door.client, headers={"Prefer": "handling=strict, Respond-Async"})
    assert time.monotonic() - started_at < 50, "less than the minute that others wait"
    assert response.status_code == 202
    assert response.headers["Preference-Applied"] == "respond-async"
    body = response.get_json()
    assert body["status"] == "pending"
    assert response.headers["Location"] == f"/chat/{body['turn_id']}"
    assert int(response.headers["Retry-After"]) >= 1
    assert [row[0] for row in inbound_rows(door.engine)] == [UUID(body["turn_id"])]


def test_the_location_gives_202_and_then_the_same_body(door: Door) -> None:
    location = ask(door.client, headers={"Prefer": "respond-async"}).headers["Location"]
    pending = door.client.get(location)
    assert pending.status_code == 202
    assert pending.headers["Location"] == location
    assert pending.get_json()["status"] == "pending"
    answer_first(door, "Olá")
    answered = door.client.get(location)
    assert answered.status_code == 200
    assert set(answered.get_json()) == set(SHAPE)
    assert answered.get_json()["turn_id"] == pending.get_json()["turn_id"]


def test_a_wait_that_gets_too_long_ends_with_202(make_door: DoorMaker) -> None:
    door = make_door(chat_wait_seconds=0.3)
    started_at = time.monotonic()
    response = ask(door.client)
    assert response.status_code == 202
    assert 0.3 <= time.monotonic() - started_at < 50


def test_the_listener_wakes_a_waiter_at_once(door: Door) -> None:
    with pretend_worker(door.engine):
        ask(door.client, "aquecer")
        took: list[float] = []
        while min(took, default=2.0) >= 1 and len(took) < 20:  # a busy machine may be slow for a while
            started_at = time.monotonic()
            assert ask(door.client, f"rápido {len(took)}?").status_code == 200
            took.append(time.monotonic() - started_at)
        assert min(took) < 1, "who looks for the answer without being woken finds it after two seconds"


def test_an_answer_nobody_announced_is_found_all_the_same(make_door: DoorMaker) -> None:
    door = make_door(chat_wait_seconds=60)
    with pretend_worker(door.engine, announce=False):
        started_at = time.monotonic()
        assert ask(door.client).status_code == 200
        assert time.monotonic() - started_at < 30, "it looks every two seconds, and would wait for a minute"


def test_a_dead_listener_makes_no_answer_much_later(make_door: DoorMaker) -> None:
    door = make_door(chat_wait_seconds=60)
    door_of(door.app).bell.stop()
    with pretend_worker(door.engine):
        started_at = time.monotonic()
        assert ask(door.client).status_code == 200
        assert time.monotonic() - started_at < 30, "it looks every two seconds, and would wait for a minute"


def test_waiters_beyond_half_of_the_threads_get_their_202_at_once(make_door: DoorMaker) -> None:
    door = make_door(web_threads=4, chat_wait_seconds=60)
    may_answer = threading.Event()
    with (
        pretend_worker(door.engine, lambda text: "sim" if may_answer.is_set() else None),
        ThreadPoolExecutor(12) as pool,
    ):
        asked = [pool.submit(ask, door.client, f"pergunta {n}", f"user {n}") for n in range(12)]
        eventually(lambda: sum(one.done() for one in asked) == 10)
        early = [one.result().status_code for one in asked if one.done()]
        may_answer.set()
        codes = [one.result().status_code for one in asked]
    assert early == [202] * 10
    assert sorted(codes) == [200] * 2 + [202] * 10
    assert len(inbound_rows(door.engine)) == 12


def test_a_place_to_wait_is_free_again_after_the_wait(make_door: DoorMaker) -> None:
    door = make_door(web_threads=4)
    with pretend_worker(door.engine):
        assert [ask(door.client, f"{n}").status_code for n in range(6)] == [200] * 6


def test_the_same_idempotency_key_and_body_give_the_same_answer(door: Door) -> None:
    headers = {"Idempotency-Key": "abc"}
    with pretend_worker(door.engine):
        first, second = ask(door.client, headers=headers), ask(door.client, headers=headers)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.get_json() == second.get_json()
    assert len(inbound_rows(door.engine)) == 1


def test_the_same_key_at_once_is_one_question(make_door: DoorMaker) -> None:
    door = make_door(web_threads=40)
    with pretend_worker(door.engine), ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: ask(door.client, headers={"Idempotency-Key": "k"}), range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_json()["turn_id"] for answer in answers}) == 1
    assert len(inbound_rows(door.engine)) == 1


def test_the_same_key_with_another_body_is_a_422(door: Door) -> None:
    headers = {"Idempotency-Key": "abc", "Prefer": "respond-async"}
    ask(door.client, "um", headers=headers)
    assert_problem(ask(door.client, "dois", headers=headers), 422)
    assert_problem(ask(door.client, "um", user_id="outra", headers=headers), 422)
    assert [text for _, text in inbound_rows(door.engine)] == ["um"]


def test_no_key_can_take_the_place_of_a_reply(door: Door) -> None:
    turn_id = ask(door.client, headers={"Prefer": "respond-async"}).get_json()["turn_id"]
    assert_problem(ask(door.client, headers={"Idempotency-Key": f"reply:{turn_id}"}), 400)


def test_a_key_that_was_answered_is_answered_even_where_nobody_may_wait(make_door: DoorMaker) -> None:
    door = make_door(chat_wait_seconds=0)
    headers = {"Idempotency-Key": "abc"}
    assert ask(door.client, headers=headers).status_code == 202
    answer_first(door)
    assert ask(door.client, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe{}",
        b'{"user_id": "ana"}',
        b'{"message": "Oi"}',
        b'{"user_id": "ana", "message": ""}',
        b'{"user_id": "", "message": "Oi"}',
        b'{"user_id": 1, "message": "Oi"}',
        b'{"user_id": "ana", "message": {"a": 1}}',
        b'{"user_id": "ana", "message": "a\\u0000b"}',
        b'{"user_id": "ana", "message": "\\ud800"}',
        b'{"user_id": "ana", "message": NaN}',
        b'{"user_id": "ana", "message": "a", "message": "b"}',
        b'{"user_id": "ana", "message": ' + b"[" * 100_000,
        b'{"user_id": "ana", "message": ' + b"9" * 10_000 + b"}",
        b'{"user_id": "ana", "message": "' + b"x" * 100_000 + b'"}',
        b'{"user_id": "' + b"u" * 5_000 + b'", "message": "Oi"}',
    ],
)
def test_what_is_no_question_is_a_400_and_not_stored(closed_door: Door, body: bytes) -> None:
    response = closed_door.client.post("/chat", data=body, content_type="application/json")
    assert_problem(response, 400)
    assert inbound_rows(closed_door.engine) == []


def test_a_body_beyond_a_megabyte_is_a_413(closed_door: Door) -> None:
    response = closed_door.client.post("/chat", data=b" " * 1_000_001, content_type="application/json")
    assert_problem(response, 413)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"])
def test_another_content_type_is_a_415(closed_door: Door, content_type: str) -> None:
    response = closed_door.client.post(
        "/chat", data=b'{"user_id": "a", "message": "b"}', headers={"Content-Type": content_type}
    )
    assert_problem(response, 415)


def test_another_method_is_a_405_that_names_the_right_one(closed_door: Door) -> None:
    response = closed_door.client.get("/chat")
    assert_problem(response, 405)
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize("turn_id", ["0193b6c7-0000-7000-8000-000000000001", "nonsense", "0", "%00", "../healthz"])
def test_a_turn_that_is_not_there_is_a_404(closed_door: Door, turn_id: str) -> None:
    response = closed_door.client.get(f"/chat/{turn_id}", headers={"Accept": "text/html"})
    assert_problem(response, 404)


def test_without_the_database_nothing_is_promised(make_door: DoorMaker) -> None:
    nowhere = build_engine("postgresql://nobody@127.0.0.1:1/none", application_name="test")
    response = ask(make_door(other_engine=nowhere).client)
    assert_problem(response, 503)
    assert int(response.headers["Retry-After"]) > 0


def test_without_redis_the_question_is_stored_and_answered(make_door: DoorMaker) -> None:
    door = make_door(queue=JobQueue("redis://127.0.0.1:1/0"))
    with pretend_worker(door.engine):
        assert ask(door.client).status_code == 200


def test_who_waits_is_sent_home_when_the_process_stops(make_door: DoorMaker) -> None:
    door = make_door(chat_wait_seconds=60)
    door_of(door.app).watch(lambda: True)
    started_at = time.monotonic()
    assert ask(door.client).status_code == 202
    assert time.monotonic() - started_at < 40


def test_a_key_holder_goes_on_with_its_own_trace_and_a_stranger_does_not(door: Door) -> None:
    parent = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "Prefer": "respond-async"}
    assert ask(door.client, headers=parent | door.bearer()).headers["X-Trace-Id"] == "a" * 32
    assert ask(door.client, headers=parent).headers["X-Trace-Id"] != "a" * 32
    with session_scope(door.engine) as connection:
        stored = connection.execute(select(messages.c.trace_id).order_by(messages.c.received_at)).scalars().all()
    assert stored[0] == "a" * 32


@pytest.mark.parametrize(
    "parent", ["", "00-" + "0" * 32 + "-" + "b" * 16 + "-01", "ff-" + "a" * 32, "a" * 32, "00-x-y-z"]
)
def test_a_broken_traceparent_is_passed_over(door: Door, parent: str) -> None:
    headers = {"traceparent": parent, "Prefer": "respond-async"} | door.bearer()
    trace_id = ask(door.client, headers=headers).headers["X-Trace-Id"]
    assert len(trace_id) == 32
    assert trace_id not in {"a" * 32, "0" * 32}
