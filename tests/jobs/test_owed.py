"""What a worker learns while PostgreSQL is away is told when it is back, and nobody waits for it meanwhile."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Thread
from typing import cast

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from agent.agent import Agent, Limits
from agent.base import Completion, CompletionRequest, Tool, ToolContext, ToolResult, ToolSpec, Usage
from jobs.leases import LeaseKeeper
from jobs.owed import OwedWrites
from jobs.runtime import Services, set_services
from models.inbox import Stored
from models.lease import Lease, acquire_lease
from models.reply import Accepted, OutboundPart, SendOutcome
from models.session import build_engine, session_scope
from tests.fakes import OneAgent, allow_all, wish
from tests.faults.neighbours import proxied_database
from tests.jobs.house import House
from tests.standins.proxy import Proxy
from tests.waiting import eventually


@dataclass
class FarHouse:
    """A worker whose way to PostgreSQL can be taken away."""

    house: House
    proxy: Proxy
    services: Services

    def advance(self, stored: Stored) -> None:
        self.house.advance(stored)

    def come_back(self) -> None:
        self.proxy.heal()
        assert self.services.owed.settle(self.services)

    def leave(self, request: CompletionRequest) -> Completion:
        """The LLM answers, and the database is gone."""
        self.proxy.refuse()
        return Completion("feito", usage=Usage(10, 5))


@pytest.fixture
def far(house: House, fresh_database_url: str) -> Iterator[FarHouse]:
    with proxied_database(fresh_database_url) as (proxy, url):
        engine = build_engine(url, application_name="recado-tests", pool_size=3, patience=1, answer_within=3)
        services = replace(house.services, engine=engine, leases=LeaseKeeper(engine, "worker-1"))
        set_services(services)
        yield FarHouse(house, proxy, services)
        engine.dispose()


def test_an_answer_that_comes_while_the_database_is_away_is_not_paid_for_again(far: FarHouse) -> None:
    stored, house = far.house.say("quanto?", "m1"), far.house
    house.provider.script = [far.leave]
    far.advance(stored)
    assert house.rows("SELECT status FROM completion") == [("started",)]
    assert house.rows("SELECT lease_owner FROM conversation") == [("worker-1",)], "nobody may begin anew"
    far.come_back()
    assert house.rows("SELECT status FROM completion") == [("done",)]
    assert house.rows("SELECT running, crashes, status FROM turn") == [(0, 0, "open")]
    assert house.rows("SELECT lease_owner, due_at IS NOT NULL FROM conversation") == [(None, True)]
    house.make_due()
    far.advance(stored)
    assert house.sent == ["feito"]
    assert len(house.provider.requests) == 1


def test_a_database_that_is_away_however_long_and_often_is_nobodys_crash(far: FarHouse) -> None:
    stored, house = far.house.say("quanto?", "m1"), far.house
    for _ in range(4):
        house.provider.script = [far.leave]
        far.advance(stored)
        house.run("UPDATE conversation SET lease_until = now() - interval '1 minute'")
        assert not far.services.owed.settle(far.services), "it is away still"
        far.come_back()
        house.run("DELETE FROM completion")
        house.make_due()
    assert house.rows("SELECT crashes, running, outcome FROM turn") == [(0, 0, "")]
    far.advance(stored)
    assert len(house.sent) == 1


def test_what_the_platform_said_of_a_part_is_not_asked_again(far: FarHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(part: OutboundPart) -> SendOutcome:
        house.channel.sent.append(part)
        far.proxy.refuse()
        return Accepted("SM1")

    stored, house = far.house.say("oi", "m1"), far.house
    monkeypatch.setattr(house.channel, "send", send)
    far.advance(stored)
    assert house.rows("SELECT status FROM outbox") == [("sending",)]
    far.come_back()
    assert house.rows("SELECT status, provider_id FROM outbox") == [("sent", "SM1")]
    house.make_due()
    far.advance(stored)
    assert (house.sent, house.channel.asked) == (["echo: oi"], [])
    assert house.rows("SELECT status FROM turn") == [("settled",)]


def test_what_a_tool_did_is_not_done_again(far: FarHouse) -> None:
    effects: list[str] = []

    def act(context: ToolContext, arguments: object) -> ToolResult:
        effects.append(context.key)
        far.proxy.refuse()
        return ToolResult(True, {"ok": True}, {})

    tool = Tool(ToolSpec("act", "Acts.", {"type": "object"}), "write", frozenset({"manager"}), act)
    house = far.house
    agent = Agent(house.provider, "scripted", {"act": tool}, Limits(), house.clock, allow_all)
    set_services(replace(far.services, agents=OneAgent(agent)))
    stored = house.say("faça", "m1")
    house.provider.script = [wish("act"), "feito"]
    far.advance(stored)
    far.come_back()
    house.make_due()
    far.advance(stored)
    assert len(effects) == 1
    assert house.sent == ["feito"]


def test_what_is_told_too_late_changes_nothing(far: FarHouse) -> None:
    stored, house = far.house.say("quanto?", "m1"), far.house
    house.provider.script = [far.leave]
    far.advance(stored)
    house.let_leases_expire()
    with session_scope(house.engine) as connection:
        assert acquire_lease(connection, stored.conversation_id, "worker-2", timedelta(minutes=1))
    far.come_back()
    assert house.rows("SELECT status FROM completion") == [("started",)]
    assert house.rows("SELECT lease_owner FROM conversation") == [("worker-2",)]


def test_what_is_owed_is_told_by_itself_as_soon_as_the_database_is_back(far: FarHouse, engine: Engine) -> None:
    stored, house = far.house.say("quanto?", "m1"), far.house
    far.services.owed.start(far.services)
    house.provider.script = [far.leave]
    far.advance(stored)
    far.proxy.heal()
    eventually(lambda: house.rows("SELECT status FROM completion") == [("done",)])
    far.services.owed.stop()


def test_who_stops_tries_once_more_whatever_it_was_trying_just_then(far: FarHouse) -> None:
    def be_stopped() -> None:
        tries.append("")
        if len(tries) == 1:
            stopper.start()
            stopper.join(timeout=0.3)  # it waits for this thread
            raise OperationalError("UPDATE", None, Exception("the server has gone away"))

    tries: list[str] = []
    stopper = Thread(target=far.services.owed.stop)
    lease = far.services.leases.acquire(far.house.say("oi", "m1").conversation_id)
    assert lease is not None
    far.services.owed.keep(lease, be_stopped)
    far.services.owed.start(far.services)
    eventually(lambda: len(tries) == 2)
    stopper.join()


def test_a_ring_that_meets_no_database_is_no_error(far: FarHouse, caplog: pytest.LogCaptureFixture) -> None:
    stored = far.house.say("oi", "m1")
    far.proxy.refuse()
    far.advance(stored)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    far.proxy.heal()
    far.advance(stored)
    assert far.house.sent == ["echo: oi"]


class LateKeeper(LeaseKeeper):
    """Whoever met the failure owes one more thing in the moment in which what it owed before has been told."""

    def forget(self, lease: Lease) -> None:
        super().forget(lease)
        while self.late:
            self.owed.keep(lease, self.late.pop())

    def owes_late(self, owed: OwedWrites, write: Callable[[], None]) -> None:
        self.owed, self.late = owed, [write]


def test_what_is_owed_while_the_rest_is_told_is_told_too(far: FarHouse) -> None:
    told: list[str] = []
    stored, keeper = far.house.say("oi", "m1"), LateKeeper(far.house.engine, "worker-1")
    services = replace(far.services, leases=keeper)
    lease = keeper.acquire(stored.conversation_id)
    assert lease is not None
    keeper.owes_late(services.owed, lambda: told.append("late"))
    services.owed.keep(lease, lambda: told.append("early"))
    while not services.owed.settle(services):
        assert len(told) < 2
    assert told == ["early", "late"]
    assert not services.owed.holds(lease)


def test_what_the_database_has_no_time_for_does_not_hold_up_what_is_owed_beside_it(far: FarHouse) -> None:
    def meet_a_lock() -> None:
        raise OperationalError("UPDATE", None, Exception("canceling statement due to statement timeout"))

    told: list[str] = []
    leases = [far.services.leases.acquire(far.house.say("oi", name, name).conversation_id) for name in ("m1", "m2")]
    assert None not in leases
    for lease, write in zip(leases, (meet_a_lock, lambda: told.append("told")), strict=True):
        far.services.owed.keep(cast(Lease, lease), write)
    assert not far.services.owed.settle(far.services)
    assert not far.services.owed.settle(far.services)
    assert told == ["told"]


def test_a_call_that_the_database_was_away_for_is_still_to_be_made(far: FarHouse) -> None:
    stored, house = far.house.say("oi", "m1"), far.house
    far.advance(stored)
    house.run("UPDATE conversation SET undelivered_at = now(), due_at = now()")
    lease = far.services.leases.acquire(stored.conversation_id, only_if_due=True)
    assert lease is not None
    far.services.owed.keep(lease)
    assert far.services.owed.settle(far.services)
    assert house.rows("SELECT due_at <= now(), lease_owner FROM conversation") == [(True, None)]
