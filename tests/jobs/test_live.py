"""A worker speaks while it makes an answer, if somebody listens to that very question, and takes back what was void."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from redis import Redis

from agent.agent import Agent, Limits
from jobs.live import LiveWords, live_channel
from jobs.runtime import set_services
from models.errors import ProviderError
from tests.agent.providers.conftest import build_at
from tests.agent.providers.test_streams import chunk, written
from tests.agent.providers.vendor_server import VendorServer
from tests.fakes import OneAgent, wish
from tests.jobs.house import House
from tests.listening import Ear, listening
from tests.waiting import eventually

WORDS = "Bom dia, Ana, e obrigada pela pergunta de hoje. "


@contextmanager
def _heard(house: House, redis_url: str, external_id: str) -> Iterator[Ear]:
    """Somebody listens to the answer of that question, and the worker's channel is one whose replies are fetched."""
    house.channel.capabilities = replace(house.channel.capabilities, delivery="pull")
    with listening(redis_url, live_channel(house.account.id, external_id)) as line:
        set_services(replace(house.services, live=LiveWords(line.redis)))
        yield line


def _reply(house: House) -> str:
    words: str = house.rows("SELECT text FROM message WHERE direction = 'out'")[0][0]
    return words


def test_words_are_told_while_the_answer_is_made_and_the_answer_is_committed_whole(
    house: House, redis_url: str
) -> None:
    house.provider.script = [wish("count_up"), WORDS * 2]
    with _heard(house, redis_url, "q-1") as line:
        house.advance(house.say("Oi", "q-1"))
        told = line.messages()
    assert len({piece["run"] for piece in told}) == 1
    assert [piece["n"] for piece in told] == list(range(len(told)))
    assert [bool(piece.get("reset")) for piece in told[:3]] == [True, True, True]  # the turn, the wish, the answer
    said = "".join(piece.get("text", "") for piece in told)
    assert (WORDS * 2).startswith(said)
    assert len(said) > len(WORDS)
    assert _reply(house) == (WORDS * 2).strip()


def test_a_try_that_failed_is_taken_back_by_the_next_one(house: House, redis_url: str) -> None:
    house.provider.script = [ProviderError("busy", kind="overloaded"), WORDS]
    with _heard(house, redis_url, "q-1") as line:
        stored = house.say("Oi", "q-1")
        house.advance(stored)
        first = line.messages()
        house.make_due()
        house.advance(stored)
        second = line.messages()
    assert second[0]["reset"] is True
    assert first[0]["run"] != second[0]["run"]
    assert _reply(house) == WORDS.strip()


def test_who_listens_to_another_question_hears_nothing_of_this_one(house: House, redis_url: str) -> None:
    house.provider.script = [WORDS]
    with _heard(house, redis_url, "another") as line:
        house.advance(house.say("Oi", "q-1"))
        assert line.messages() == []
    assert _reply(house) == WORDS.strip()


def test_an_answer_that_is_sent_is_never_told_before(house: House, redis_url: str) -> None:
    house.provider.script = [WORDS]
    with _heard(house, redis_url, "q-1") as line:
        house.channel.capabilities = replace(house.channel.capabilities, delivery="push")
        house.advance(house.say("Oi", "q-1"))
        assert line.messages() == []
    assert [words.strip() for words in house.sent] == [WORDS.strip()]


def test_words_are_told_before_the_vendor_has_ended_its_stream(house: House, redis_url: str) -> None:
    """From a vendor's first bytes over HTTP to the listener, while the rest of the answer is not written yet."""
    head = written(chunk({"content": WORDS}))
    tail = written(
        chunk({"content": "Até logo."}, "stop", usage={"prompt_tokens": 9, "completion_tokens": 2}), "[DONE]"
    )
    vendor = VendorServer()
    provider = build_at("openai-compatible", vendor.url)
    with (
        ThreadPoolExecutor(1) as pool,
        _heard(house, redis_url, "q-1") as line,
        Redis.from_url(redis_url) as redis,
        vendor.held(head, tail, {"content-type": "text/event-stream"}) as release,
    ):
        agent = Agent(provider, "some-llm", {}, Limits(), house.clock)
        set_services(replace(house.services, agents=OneAgent(agent), live=LiveWords(redis)))
        done = pool.submit(house.advance, house.say("Oi", "q-1"))
        told: list[dict[str, Any]] = []
        eventually(lambda: told.extend(line.messages()) or any("text" in piece for piece in told))
        assert not done.done()
        release()
        done.result(timeout=180)
    provider.close()
    vendor.close()
    assert _reply(house) == f"{WORDS}Até logo."
    assert house.rows("SELECT tokens_in, tokens_out FROM completion") == [(9, 2)]
