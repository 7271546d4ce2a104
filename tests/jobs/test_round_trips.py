"""What a turn asks of the database, in round trips: each costs the worker as much as a page of its own code."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection, Engine, event

from tests.fakes import wish
from tests.jobs.house import House
from tests.jobs.team import RITA, Team


@contextmanager
def counted_trips(engine: Engine) -> Iterator[list[str]]:
    """Statements, and what begins and ends their transactions."""
    trips: list[str] = []

    def is_transaction(connection: Connection) -> bool:
        return connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT"

    def note_statement(connection: Connection, cursor: object, statement: str, *rest: object) -> None:
        trips.append(" ".join(statement.split()))

    def note_commit(connection: Connection) -> None:
        if is_transaction(connection):
            trips.extend(["BEGIN", "COMMIT"])

    event.listen(engine, "before_cursor_execute", note_statement)
    event.listen(engine, "commit", note_commit)
    try:
        yield trips
    finally:
        event.remove(engine, "before_cursor_execute", note_statement)
        event.remove(engine, "commit", note_commit)


def test_an_answer_and_its_delivery(house: House) -> None:
    house.provider.script = [wish("count_up"), "42"]
    stored = house.say("oi", "m1")
    with counted_trips(house.engine) as trips:
        house.advance(stored)
    assert house.sent == ["42"]
    assert len(trips) <= 38, "\n".join(trips)


def test_an_answer_that_is_fetched(house: House) -> None:
    house.channel.capabilities = replace(house.channel.capabilities, delivery="pull")
    house.provider.script = [wish("count_up"), "42"]
    stored = house.say("oi", "m1")
    with counted_trips(house.engine) as trips:
        house.advance(stored)
    assert house.rows("SELECT status FROM turn") == [("settled",)]
    assert len(trips) <= 24, "\n".join(trips)


def test_a_customer_that_is_named_costs_no_trip_more(team: Team) -> None:
    """What was told of her comes with what is remembered of whoever asks."""
    team.say(RITA, "a Padaria Estrela só recebe às terças")
    counts = []
    for words in ("quanto vendi?", "como vai a Padaria Estrela?"):
        with counted_trips(team.house.engine) as trips:
            team.say(RITA, words)
        counts.append(len(trips))
    assert "só recebe às terças" in team.prompt()
    assert counts[0] == counts[1]
