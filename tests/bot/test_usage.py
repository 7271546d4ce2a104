"""`GET /v1/usage`: tokens, cost and response time per user and day."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from bot.access import create_api_key
from models.message import messages
from models.session import session_scope
from models.tenant import ensure_tenant
from models.turn import turns
from tests.bot.answering import Spent, answer_message
from tests.bot.conftest import Door
from tests.bot.door_requests import ask, assert_problem


def answered(door: Door, user: str, at: datetime, seconds: float, spent: Spent) -> UUID:
    """A turn asked `at` and answered so many seconds later."""
    turn_id = UUID(ask(door.client, "Oi", user, headers={"Prefer": "respond-async"}).get_json()["turn_id"])
    with session_scope(door.engine) as connection:
        answer_message(connection, turn_id, "Olá", spent)
        connection.execute(update(messages).where(messages.c.id == turn_id).values(received_at=at))
        answered_at = at + timedelta(seconds=seconds)
        connection.execute(update(turns).where(turns.c.id == turn_id).values(answered_at=answered_at))
    return turn_id


def usage(door: Door, **query: str) -> dict[str, Any]:
    response = door.client.get("/v1/usage", query_string=query, headers=door.bearer())
    assert response.status_code == 200, response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json()
    return body


NOON = datetime(2026, 3, 2, 15, tzinfo=UTC)  # 12:00 in São Paulo


def test_a_users_day_is_summed_up(door: Door) -> None:
    answered(door, "ana", NOON, 2, Spent(tokens_in=100, tokens_out=10, cost=Decimal("0.01")))
    answered(door, "ana", NOON, 4, Spent(tokens_in=200, tokens_cached=75, tokens_out=20, cost=Decimal("0.02")))
    answered(door, "bia", NOON, 1, Spent(tokens_in=1, tokens_out=1, cost=Decimal("0.5")))
    body = usage(door, **{"from": "2026-03-01", "to": "2026-03-31"})
    ana, bia = body["rows"]
    assert Decimal(ana.pop("cost")) == Decimal("0.03")
    assert ana == {
        "user_id": "ana",
        "day": "2026-03-02",
        "turns": 2,
        "completions": 2,
        "tokens_in": 300,
        "tokens_cached": 75,
        "cached_share": 0.25,
        "tokens_out": 30,
        "unpriced_completions": 0,
        "mean_response_ms": 3000,
    }
    assert bia["user_id"] == "bia"
    totals = body["totals"]
    assert Decimal(totals.pop("cost")) == Decimal("0.53")
    assert totals == {
        "users": 2,
        "turns": 3,
        "completions": 3,
        "tokens_in": 301,
        "tokens_cached": 75,
        "cached_share": 0.2492,
        "tokens_out": 31,
        "unpriced_completions": 0,
        "mean_response_ms": 2333,
    }
    assert (body["timezone"], body["currency"]) == ("America/Sao_Paulo", "USD")


def test_days_are_the_tenants_own(door: Door) -> None:
    late_evening = datetime(2026, 3, 3, 2, 59, tzinfo=UTC)  # 23:59 on the 2nd in São Paulo
    answered(door, "ana", late_evening, 1, Spent())
    answered(door, "ana", late_evening + timedelta(minutes=1), 1, Spent())
    assert [row["day"] for row in usage(door, **{"from": "2026-03-01", "to": "2026-03-31"})["rows"]] == [
        "2026-03-02",
        "2026-03-03",
    ]
    assert len(usage(door, **{"from": "2026-03-02", "to": "2026-03-02"})["rows"]) == 1
    assert usage(door, **{"from": "2026-03-04", "to": "2026-03-04"})["rows"] == []


def test_unknown_prices_are_counted_and_never_a_zero(door: Door) -> None:
    answered(door, "ana", NOON, 1, Spent(cost=None))
    march = {"from": "2026-03-01", "to": "2026-03-31"}
    body = usage(door, **march)
    assert (body["rows"][0]["cost"], body["rows"][0]["unpriced_completions"]) == (None, 1)
    assert (body["totals"]["cost"], body["totals"]["unpriced_completions"]) == (None, 1)
    answered(door, "ana", NOON, 1, Spent(cost=Decimal("0.25")))
    mixed = usage(door, **march)["totals"]
    assert (Decimal(mixed["cost"]), mixed["unpriced_completions"]) == (Decimal("0.25"), 1)


def test_an_unanswered_turn_has_no_response_time(door: Door) -> None:
    turn_id = answered(door, "ana", NOON, 1, Spent())
    with session_scope(door.engine) as connection:
        connection.execute(update(turns).where(turns.c.id == turn_id).values(answered_at=None, status="open"))
    row = usage(door, **{"from": "2026-03-02", "to": "2026-03-02"})["rows"][0]
    assert (row["turns"], row["mean_response_ms"]) == (1, None)


def test_one_user_may_be_asked_for(door: Door) -> None:
    answered(door, "ana", NOON, 1, Spent())
    answered(door, "bia", NOON, 1, Spent())
    body = usage(door, user_id="bia", **{"from": "2026-03-02", "to": "2026-03-02"})
    assert [row["user_id"] for row in body["rows"]] == ["bia"]


def test_without_days_it_is_the_last_thirty(door: Door) -> None:
    today = datetime.now(UTC)
    answered(door, "ana", today, 1, Spent())
    answered(door, "ana", today - timedelta(days=40), 1, Spent())
    body = usage(door)
    assert body["totals"]["turns"] == 1
    start, end = datetime.fromisoformat(body["from"]), datetime.fromisoformat(body["to"])
    assert (end - start).days == 29


def test_another_tenants_usage_is_not_shown(door: Door) -> None:
    answered(door, "ana", NOON, 1, Spent())
    with session_scope(door.engine) as connection:
        other = ensure_tenant(connection, slug="other", name="Other", timezone="UTC")
    key = create_api_key(door.engine, tenant_id=other, name="k")[1]
    query = {"from": "2026-03-01", "to": "2026-03-31"}
    response = door.client.get("/v1/usage", query_string=query, headers={"Authorization": f"Bearer {key}"})
    assert response.get_json()["rows"] == []
    assert response.get_json()["totals"]["cost"] == "0"


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"from": "2026-13-01"},
        {"to": "2026-02-30"},
        {"from": "20260301"},
        {"from": "2026-W10-1"},
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"from": "2024-01-01", "to": "2026-01-01"},
        {"from": "0001-01-01", "to": "0001-01-02"},
        {"to": "9999-12-31"},
        {"user_id": "a\0b"},
    ],
)
def test_a_period_that_makes_no_sense_is_a_400(closed_door: Door, query: dict[str, str]) -> None:
    assert_problem(closed_door.client.get("/v1/usage", query_string=query, headers=closed_door.bearer()), 400)
