"""Who waits for an answer is woken by one listener a process."""

import threading
import time
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Engine

from bot.waiting import AnswerBell, WaitingPlaces
from models.answer import announce_answer
from models.ids import new_id
from models.session import session_scope
from tests.waiting import eventually

LISTENERS = (
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'recado-web-listener' AND datname = current_database()"
)


@pytest.fixture
def bell(fresh_database_url: str):  # type: ignore[no-untyped-def]
    made = AnswerBell(fresh_database_url)
    yield made
    made.stop()


def ring_until_heard(engine: Engine, event: threading.Event, turn_id: object) -> bool:
    """Announces again and again: the listener may still be connecting."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        with session_scope(engine) as connection:
            announce_answer(connection, turn_id)  # type: ignore[arg-type]
        if event.wait(0.2):
            return True
    return False


def listeners(engine: Engine) -> list[int]:
    with session_scope(engine) as connection:
        return list(connection.exec_driver_sql(LISTENERS).scalars())


def test_an_announced_answer_wakes_its_waiters_and_no_other(bell: AnswerBell, engine: Engine) -> None:
    mine, other = new_id(), new_id()
    first, second, stranger = threading.Event(), threading.Event(), threading.Event()
    with bell.registered(mine, first), bell.registered(mine, second), bell.registered(other, stranger):
        assert ring_until_heard(engine, first, new_id()), "the first connection wakes everybody once"
        for event in (first, second, stranger):
            event.clear()
        assert ring_until_heard(engine, first, mine)
        assert second.wait(180)
        assert not stranger.is_set()


def test_nobody_listens_before_somebody_waits_and_then_only_one_does(bell: AnswerBell, engine: Engine) -> None:
    assert listeners(engine) == []
    events = [threading.Event() for _ in range(20)]
    for event in events:
        bell.register(uuid4(), event)
    eventually(lambda: listeners(engine))
    assert len(listeners(engine)) == 1


def test_a_listener_that_lost_its_connection_comes_back_and_wakes_everybody(
    bell: AnswerBell, engine: Engine, fresh_database_url: str
) -> None:
    message_id, event = new_id(), threading.Event()
    with bell.registered(message_id, event):
        assert event.wait(180)
        event.clear()
        with psycopg.connect(fresh_database_url, autocommit=True) as connection:
            connection.execute(f"SELECT pg_terminate_backend(pid) FROM ({LISTENERS}) AS dead")  # type: ignore[call-overload]
        assert event.wait(180), "something may have been announced meanwhile"
        event.clear()
        assert ring_until_heard(engine, event, message_id)


def test_a_notice_that_is_no_turn_disturbs_nobody(bell: AnswerBell, engine: Engine) -> None:
    message_id, event = new_id(), threading.Event()
    with bell.registered(message_id, event):
        assert event.wait(180)
        event.clear()
        with session_scope(engine) as connection:
            connection.exec_driver_sql("SELECT pg_notify('recado_answered', 'rubbish')")
        assert ring_until_heard(engine, event, message_id)


def test_without_a_database_nobody_is_woken_and_nothing_breaks() -> None:
    bell = AnswerBell("postgresql://nobody@127.0.0.1:1/none")
    event = threading.Event()
    with bell.registered(uuid4(), event):
        assert not event.wait(0.5)
    bell.stop()


def test_half_of_the_threads_may_wait_and_a_place_comes_back_after_an_error() -> None:
    places = WaitingPlaces(5)
    with places.place() as first, places.place() as second, places.place() as third:
        assert (first, second, third) == (True, True, False)
    with pytest.raises(ValueError, match="oops"), places.place():
        raise ValueError("oops")
    with places.place() as first, places.place() as second:
        assert (first, second) == (True, True)


def test_even_the_smallest_server_lets_one_wait() -> None:
    with WaitingPlaces(1).place() as is_free:
        assert is_free
