"""A stranger is erased whose ids he chose himself: nobody else loses a word by it, nor an answer still to come."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import Redis

from agent.base import ToolResult
from jobs.cache.results import ResultShelf
from jobs.privacy.erasing import Whose, erase
from models.inbound import InboundMessage
from models.privacy.belongings import find_addresses
from models.session import session_scope
from tests.jobs.house import House

BRUNO, STRANGER = "bruno@x.com", "evil@y.com"


@pytest.fixture
def redis(fresh_redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(fresh_redis_url) as client:
        yield client


def erase_one(house: House, address: str, redis: Redis) -> None:
    with session_scope(house.engine) as connection:
        found = find_addresses(connection, house.account.tenant_id, address)
    whose = Whose(house.account.tenant_id, (), tuple(found))
    erase(house.engine, whose, made_by="op", storage=None, redis=redis)


def his(house: House) -> list[str]:
    rows = house.rows(f"SELECT text FROM message WHERE sender = '{BRUNO}' ORDER BY seq")
    return [row.text for row in rows]


@pytest.mark.parametrize("chosen", ["</table>", "Faturamento", '"user_id"'])
def test_a_chosen_id_takes_nobodys_words_and_no_request_along(house: House, redis: Redis, chosen: str) -> None:
    said = [f"o {chosen} do pedido 77", f"meu {chosen} pendente"]
    house.advance(house.receive(InboundMessage("<b1@x>", BRUNO, said[0], thread="t1")))
    (turn,) = house.rows("SELECT id, tenant_id FROM turn")
    house.run(
        "INSERT INTO cached_answer (tenant_id, key, turn_id, reply) "
        f"VALUES ('{turn.tenant_id}', 'k', '{turn.id}', '{chosen}: R$')"
    )
    house.receive(InboundMessage("<b2@x>", BRUNO, said[1], thread="t1"))
    house.run(f"UPDATE raw_event SET body = convert_to('{chosen}', 'UTF8')")
    house.advance(house.receive(InboundMessage(chosen, STRANGER, "oi", thread="t3")))
    house.advance(house.receive(InboundMessage("m9", chosen, "oi", thread="t4")))
    for address in (STRANGER, chosen):
        erase_one(house, address, redis)
    assert his(house) == said
    assert house.rows("SELECT count(*) FROM raw_event") == [(2,)]
    assert house.rows("SELECT reply FROM cached_answer") == [(f"{chosen}: R$",)]


def test_what_others_wait_for_an_answer_to_stays_whole_with_its_request(house: House, redis: Redis) -> None:
    waiting = f"quando {STRANGER} entrega?"
    house.receive(InboundMessage("<b1@x>", BRUNO, waiting, thread="t1"))
    house.run(f"UPDATE raw_event SET body = convert_to('{waiting}', 'UTF8')")
    house.advance(house.receive(InboundMessage("m1", STRANGER, "oi", thread="t2")))
    erase_one(house, STRANGER, redis)
    assert his(house) == [waiting]
    assert house.rows("SELECT count(*) FROM raw_event") == [(1,)]


def test_an_answer_that_names_her_is_not_given_again_with_a_hole_in_it(house: House, redis: Redis) -> None:
    house.advance(house.receive(InboundMessage("<b1@x>", BRUNO, "quem entrega?", thread="t1")))
    (turn,) = house.rows("SELECT id, tenant_id FROM turn")
    house.run(
        "INSERT INTO cached_answer (tenant_id, key, turn_id, reply) "
        f"VALUES ('{turn.tenant_id}', 'k', '{turn.id}', 'é {STRANGER}')"
    )
    house.advance(house.receive(InboundMessage("m1", STRANGER, "oi", thread="t2")))
    erase_one(house, STRANGER, redis)
    assert house.rows("SELECT count(*) FROM cached_answer") == [(0,)]


def test_ids_of_hers_go_where_ids_stand(house: House, redis: Redis) -> None:
    house.advance(house.receive(InboundMessage("<e1@y>", STRANGER, "oi", thread="t1")))
    answer = InboundMessage("<b1@x>", BRUNO, "ok", thread="t1", quotes="<e1@y>", follows=("<e1@y>", "<b0@x>"))
    house.advance(house.receive(answer))
    erase_one(house, STRANGER, redis)
    (row,) = house.rows(f"SELECT quotes, follows FROM message WHERE sender = '{BRUNO}'")
    assert "e1@y" not in str(tuple(row))
    assert "<b0@x>" in row.follows


def test_a_worker_that_went_on_keeps_no_result_of_an_erased_turn(house: House, redis: Redis) -> None:
    house.advance(house.receive(InboundMessage("m1", STRANGER, "oi")))
    erase_one(house, STRANGER, redis)
    (turn,) = house.rows("SELECT id, tenant_id FROM turn")
    told = ToolResult(True, {"ok": True}, {"query": "minha consulta"})
    ResultShelf(house.engine).keep(turn.tenant_id, "k", turn.id, "search_documents", told, timedelta(hours=1))
    assert house.rows("SELECT count(*) FROM kept_result") == [(0,)]
