"""`replay`: what ended badly is listed with who, when and why, and begun again by any name a person may have for it."""

import json
from uuid import UUID

import pytest
from redis import Redis
from sqlalchemy import Engine

from tests.bot.commands.conftest import Cli
from tests.bot.commands.stored import Stored, store_in

ANA = "whatsapp:+5511911112222"
RUI = "whatsapp:+5511900001111"


@pytest.fixture
def stored(engine: Engine, fresh_database_url: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Stored:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    return store_in(engine)


def apologise(stored: Stored, conversation_id: UUID, outcome: str = "apologised") -> UUID:
    """As the worker does when all tries have failed; the turn's id."""
    stored.reply(conversation_id, "desculpe", status="sent")
    stored.settle(conversation_id)
    ended = "UPDATE turn SET outcome = :outcome, error = 'auth: wrong key', crashes = 3 WHERE conversation_id = :c"
    stored.run(ended, outcome=outcome, c=conversation_id)
    [[turn_id]] = stored.rows("SELECT id FROM turn WHERE conversation_id = :c", c=conversation_id)
    return UUID(str(turn_id))


def test_a_message_is_begun_again_and_rung_for(stored: Stored, cli: Cli, fresh_redis_url: str) -> None:
    turn_id = apologise(stored, stored.say("oi", ANA))
    done = cli("replay", str(turn_id)[:18])
    assert (done.code, done.out.partition(";")[0]) == (0, "Begun again")
    assert stored.rows("SELECT status, replays FROM turn") == [("open", 1)]
    with Redis.from_url(fresh_redis_url) as redis:
        assert redis.llen("rq:queue:recado") == 1
    assert cli("replay", str(turn_id)).out.startswith("It was not answered yet")


def test_the_platforms_own_id_will_do(stored: Stored, cli: Cli) -> None:
    apologise(stored, stored.say("oi", ANA))
    [[external_id]] = stored.rows("SELECT external_id FROM message WHERE direction = 'in'")
    assert cli("replay", external_id).code == 0
    assert stored.rows("SELECT status FROM turn") == [("open",)]


def test_a_trace_of_several_turns_asks_which(stored: Stored, cli: Cli) -> None:
    turn_ids = {str(apologise(stored, stored.say("oi", sender))) for sender in (ANA, RUI)}
    done = cli("replay", "ab" * 16)
    assert done.code == 1
    assert "several turns" in done.err
    assert {line.strip() for line in done.err.splitlines()[1:]} == turn_ids


def test_what_was_answered_well_is_refused(stored: Stored, cli: Cli) -> None:
    turn_id = apologise(stored, stored.say("oi", ANA), outcome="answered")
    done = cli("replay", str(turn_id))
    assert (done.code, done.err) == (1, "recado: it was answered\n")
    assert stored.rows("SELECT status, replays FROM turn") == [("settled", 0)]


def test_the_list_says_who_when_and_why(stored: Stored, cli: Cli) -> None:
    assert cli("replay", "--list").out == "Nothing ended badly in 7 days.\n"
    turn_id = apologise(stored, stored.say("quanto vendi?", ANA))
    header, line = cli("replay", "--list").out.splitlines()
    assert header.split() == ["id", "channel", "who", "asked", "state", "crashes", "why", "text"]
    for word in (str(turn_id)[:18], f"Ana Souza ({ANA})", "apologised", "3", "auth: wrong key", "quanto vendi?"):
        assert word in line
    [listed] = json.loads(cli("replay", "--list", "--json").out)
    assert (listed["id"], listed["outcome"], listed["replays"]) == (str(turn_id), "apologised", 0)
    stored.run("UPDATE turn SET frozen_at = now() - interval '8 days'")
    assert cli("replay", "--list").out == "Nothing ended badly in 7 days.\n"
    assert len(cli("replay", "--list", "--days", "9").out.splitlines()) == 2


def test_all_that_failed_are_begun_again_but_what_met_silence(stored: Stored, cli: Cli) -> None:
    failed = apologise(stored, stored.say("oi", ANA))
    silent = apologise(stored, stored.say("oi", RUI), outcome="fenced")
    blocked = apologise(stored, stored.say("oi", "whatsapp:+5511900003333"))
    stored.reply(stored.say("e ontem?", "whatsapp:+5511900003333"), "um")
    done = cli("replay", "--all-failed")
    assert done.code == 1
    assert "another answer is under way" in done.out
    assert "1 of 2 begun again." in done.out
    states = dict(stored.rows("SELECT id, replays FROM turn"))  # type: ignore[arg-type]
    assert (states[failed], states[silent], states[blocked]) == (1, 0, 0)


@pytest.mark.parametrize("words", [(), ("--list", "0193"), ("--all-failed", "--list")])
def test_one_thing_is_asked_for_at_a_time(stored: Stored, cli: Cli, words: tuple[str, ...]) -> None:
    assert "give one of" in cli("replay", *words).err


@pytest.mark.parametrize("days", ["0", "-1", "many", "4000"])
def test_days_are_a_number_that_makes_sense(stored: Stored, cli: Cli, days: str) -> None:
    assert "is no number of days" in cli("replay", "--list", f"--days={days}").err


def test_an_id_that_means_nothing_is_refused(stored: Stored, cli: Cli) -> None:
    assert "there is no message 0000" in cli("replay", "0000").err
    assert "'SMnone' is no id of a message" in cli("replay", "SMnone").err
