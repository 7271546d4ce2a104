"""Receipts move a part forward only, in any order, also before our own note."""

import itertools
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from models.delivery import find_refused_part, record_receipt, say_again
from models.inbound import Receipt
from models.reply import Unknown
from models.session import session_scope
from tests.jobs.house import House, house

__all__ = ["house"]


def part_of(house: House) -> UUID:
    found: UUID = house.rows("SELECT id FROM outbox")[0][0]
    return found


def receive(house: House, **fields: object) -> bool:
    with session_scope(house.engine) as connection:
        return record_receipt(connection, house.account.id, house.account.tenant_id, Receipt(**fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read"])))
def test_whatever_the_order_the_furthest_word_stands(house: House, order: tuple[str, ...]) -> None:
    house.advance(house.say("oi", "m1"))
    for status in order:
        assert receive(house, status=status, external_id="SM1", part_id=part_of(house))
    assert house.rows("SELECT status FROM outbox") == [("read",)]
    assert house.rows("SELECT count(*) FROM receipt") == [(3,)]


def test_the_same_word_twice_is_logged_once(house: House) -> None:
    house.advance(house.say("oi", "m1"))
    assert receive(house, status="sent", external_id="SM1", part_id=part_of(house))
    assert not receive(house, status="sent", external_id="SM1", part_id=part_of(house))


def test_a_failure_is_final_and_keeps_its_code(house: House) -> None:
    house.advance(house.say("oi", "m1"))
    receive(house, status="undelivered", external_id="SM1", part_id=part_of(house), error_code="63024")
    receive(house, status="delivered", external_id="SM1", part_id=part_of(house))
    assert house.rows("SELECT status, error_code FROM outbox") == [("failed", "63024")]


def test_a_receipt_that_comes_before_our_own_note_settles_the_unknown(house: House) -> None:
    house.channel.outcomes = [Unknown("cut off")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    receive(house, status="delivered", external_id="SM9", part_id=part_of(house))
    house.advance(stored)
    assert house.rows("SELECT status, provider_id FROM outbox") == [("delivered", "SM9")]
    assert house.rows("SELECT status FROM turn") == [("settled",)]
    assert house.channel.asked == []


def test_a_receipt_for_nothing_of_ours_is_logged_and_moves_nothing(house: House) -> None:
    assert receive(house, status="delivered", external_id="SM-other")
    with session_scope(house.engine) as connection:
        assert connection.execute(text("SELECT outbox_id FROM receipt")).scalar_one() is None


def test_a_receipt_wakes_the_conversation_only_where_it_frees_something(house: House) -> None:
    house.advance(house.say("oi", "m1"))
    receive(house, status="read", external_id="SM1", part_id=part_of(house))
    assert house.rows("SELECT due_at FROM conversation") == [(None,)]


def test_a_part_refused_afterwards_may_be_said_again_as_a_further_part_of_its_turn(house: House) -> None:
    stored = house.say("oi", "m1")
    house.advance(stored)
    receipt = Receipt(status="undelivered", external_id="SM1", part_id=part_of(house), error_code="63016")
    with session_scope(house.engine) as connection:
        record_receipt(connection, house.account.id, house.account.tenant_id, receipt)
        part = find_refused_part(connection, house.account.tenant_id, receipt)
        assert part is not None
        assert say_again(connection, replace(part, body="modelo"))
    house.advance(stored)
    assert house.sent == ["echo: oi", "modelo"]
    assert house.rows("SELECT status FROM turn") == [("settled",)]


def test_while_a_later_turn_is_under_way_nothing_is_said_again(house: House) -> None:
    house.advance(house.say("oi", "m1"))
    first = part_of(house)
    house.channel.outcomes = [Unknown("cut off")]
    house.advance(house.say("e aí?", "m2"))
    receipt = Receipt(status="failed", part_id=first, error_code="63016")
    with session_scope(house.engine) as connection:
        record_receipt(connection, house.account.id, house.account.tenant_id, receipt)
        part = find_refused_part(connection, house.account.tenant_id, receipt)
        assert part is not None
        assert not say_again(connection, part)
