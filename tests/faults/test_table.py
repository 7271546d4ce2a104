"""Whatever is wrong with whichever neighbour: the door keeps its promise, the queue drains, and nothing doubles."""

import time

import pytest

from tests.faults.table import CHANNEL, FAULTS, NEIGHBOURS, inflict
from tests.faults.town import Letter, Town

_DOOR = 10.0  # seconds; the platforms wait for that long, or longer


def judge(town: Town, channel: str, letter: Letter, most_crashes: int = 0) -> None:
    """By the far side's history, and by what is stored."""
    assert town.copies(channel, letter) == 1
    turn = town.turn_of(letter)
    assert (turn.status, turn.outcome) == ("settled", "answered")
    assert turn.crashes <= most_crashes
    stored = town.rows("SELECT count(*) FROM message WHERE text = :words AND direction = 'in'", words=letter.words)
    assert stored == [(1,)]
    town.wait_for(lambda: town.rows("SELECT count(*) FROM conversation WHERE lease_owner IS NOT NULL") == [(0,)])


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("neighbour", ["llm", "twilio", "mail", "crm"])
def test_whom_the_worker_needs_fails(town: Town, neighbour: str, fault: str) -> None:
    channel, proxy = CHANNEL.get(neighbour, "whatsapp"), town.proxies[neighbour]
    letter = town.write(channel)
    inflict(town, neighbour, fault)
    try:
        assert letter.post(town.client) == 200, "the door needs none of them"
        if fault == "flapping":
            time.sleep(2.5)
        else:
            town.wait_for(lambda: (turn := town.turn_of(letter)) and (turn.error or turn.said))
    finally:
        proxy.heal()
    town.settle(letter)
    judge(town, channel, letter)
    is_paid_twice = neighbour == "llm" and fault in {
        "silent",
        "reset",
        "flapping",
        "garbage",
        "server error",
        "too many",
    }
    assert 1 <= town.calls(letter) <= (4 if is_paid_twice else 1)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_database_fails(town: Town, fault: str) -> None:
    """At the door, and in the middle of a turn."""
    town.llm.latency = 0.3
    under_way, letter = town.write("whatsapp"), town.write("whatsapp")
    assert under_way.post(town.client) == 200
    town.wait_for(lambda: town.calls(under_way))
    inflict(town, "sql", fault)
    try:
        began = time.monotonic()
        tries = 1 if fault == "silent" else 3
        statuses = {letter.post(town.client) for _ in range(tries)}
        assert time.monotonic() - began < tries * _DOOR
        time.sleep(max(0.0, 0.6 - (time.monotonic() - began)))  # until the LLM has answered whom nobody hears
    finally:
        town.proxies["sql"].heal()
        town.llm.latency = 0.0
    assert statuses <= ({200, 503} if fault == "flapping" else {503})
    assert letter.post(town.client) == 200, "the platform delivers again what it got no 2xx for"
    # A turn's beginning may have been committed and only the word of it lost, which counts as a crash.
    may_lose_words = fault in {"reset", "flapping"}
    for one in (under_way, letter):
        town.settle(one)
        judge(town, "whatsapp", one, most_crashes=int(may_lose_words))
        assert town.calls(one) == 1, "an answer is paid for once, also when it comes while nobody can write it down"


@pytest.mark.parametrize("fault", FAULTS)
def test_redis_fails(town: Town, fault: str) -> None:
    under_way, letter = town.write("whatsapp"), town.write("whatsapp")
    assert under_way.post(town.client) == 200
    inflict(town, "redis", fault)
    try:
        began = time.monotonic()
        assert letter.post(town.client) == 200
        assert time.monotonic() - began < 10, "the door does not wait for it"
        time.sleep(0.5)
    finally:
        town.proxies["redis"].heal()
    for one in (under_way, letter):
        town.wait_for(lambda one=one: town.is_settled(one))  # type: ignore[misc]
        judge(town, "whatsapp", one)
        assert town.calls(one) == 1


def test_no_cell_of_the_table_is_left_out() -> None:
    assert len(NEIGHBOURS) * len(FAULTS) == 42
