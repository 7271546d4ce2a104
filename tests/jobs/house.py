"""A small Recado without web and queue: what job tests put messages into and advance by hand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from agent.agent import Agent, Limits
from agent.base import Tool, ToolContext, ToolResult, ToolSpec
from jobs.advance import advance
from jobs.alarms import Alarms
from jobs.leases import LeaseKeeper
from jobs.runtime import OpenDoor, Services, WorkPolicy, set_services
from models.faultpoint import set_fault_hook
from models.inbound import InboundMessage
from models.inbox import RawRequest, Stored, store_messages
from models.session import session_scope
from models.tenant import AccountKey, ensure_account, ensure_tenant
from tests.fakes import FixedClock, FullFakeChannel, Killed, OneAgent, ScriptedProvider
from tests.jobs.pool_greed import ungreedy

REQUEST = RawRequest("/webhooks/fake/default", {}, b"{}", "ab" * 16)


def counting_tool(calls: list[Mapping[str, Any]]) -> Tool:
    """A tool that notes each call and answers with a figure."""

    def call(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        calls.append(arguments)
        return ToolResult(True, {"ok": True, "data": {"total": "42.00"}}, arguments)

    spec = ToolSpec("count_up", "Counts.", {"type": "object", "properties": {}})
    return Tool(spec, "read", frozenset({"manager", "rep"}), call)


@contextmanager
def dying_at(point: str) -> Iterator[None]:
    """Whoever comes to that moment in here dies of it; somebody must."""

    def die(name: str) -> None:
        if name == point:
            raise Killed

    set_fault_hook(die)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        set_fault_hook(None)


class AtOnce(Executor):
    """Runs what is submitted there and then."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        done.set_result(work(*args, **kwargs))
        return done


@dataclass
class House:
    """One worker's worth of services, and the hands to move it."""

    engine: Engine
    account: AccountKey
    channel: FullFakeChannel
    provider: ScriptedProvider
    clock: FixedClock
    services: Services
    agent: Agent
    tool_calls: list[Mapping[str, Any]]
    alarms: list[UUID]

    def say(self, words: str, external_id: str, sender: str = "+5511999990000", wait: float = 0.0) -> Stored:
        message = InboundMessage(external_id, sender, words)
        return store_messages(self.engine, self.account, REQUEST, [message], timedelta(seconds=wait))[0]

    def receive(self, message: InboundMessage) -> Stored:
        return store_messages(self.engine, self.account, REQUEST, [message])[0]

    def advance(self, stored: Stored) -> None:
        advance(str(stored.conversation_id))

    def let_leases_expire(self) -> None:
        """As if the holder had died long ago; what it held is forgotten by this process too."""
        self.run("UPDATE conversation SET lease_until = now() - interval '1 second' WHERE lease_owner IS NOT NULL")

    def make_due(self) -> None:
        """As if enough time had passed for every second try."""
        self.run("UPDATE turn SET next_try_at = now() WHERE next_try_at IS NOT NULL")
        self.run("UPDATE outbox SET next_try_at = now() WHERE next_try_at IS NOT NULL")
        self.run("UPDATE rest SET rests_until = now()")
        self.run("UPDATE conversation SET due_at = now() WHERE due_at IS NOT NULL")

    def run(self, statement: str) -> None:
        with session_scope(self.engine) as connection:
            connection.execute(text(statement))

    def rows(self, statement: str) -> Sequence[Any]:
        with session_scope(self.engine) as connection:
            return connection.execute(text(statement)).all()

    def now(self) -> datetime:
        """The database's hour. A wait is at least so long seen from before it began, and at most so long seen from now:
        how much of it has passed already is the machine's affair."""
        moment: datetime = self.rows("SELECT now()")[0][0]
        return moment

    @property
    def sent(self) -> list[str]:
        return [part.body for part in self.channel.sent]


@contextmanager
def housed(engine: Engine) -> Iterator[House]:
    """On a database that is empty, or was another house's."""
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant_id, channel="fake")
    clock, provider, channel = FixedClock(), ScriptedProvider(), FullFakeChannel()
    tool_calls: list[Mapping[str, Any]] = []
    rung: list[UUID] = []
    agent = Agent(provider, "scripted", {"count_up": counting_tool(tool_calls)}, Limits(steps=4), clock)
    services = Services(
        engine=engine,
        channel_for=lambda name, account_name: channel if name == "fake" else None,
        agents=OneAgent(agent),
        leases=LeaseKeeper(engine, "worker-1"),
        alarms=Alarms(rung.append, clock),
        clock=clock,
        policy=WorkPolicy(),
        open_door=lambda connection, tenant_id: OpenDoor("Ana", "Ana Souza"),
        background=AtOnce(),
    )
    set_services(services)
    with ungreedy(engine):
        yield House(engine, account, channel, provider, clock, services, agent, tool_calls, rung)
    set_services(None)


@pytest.fixture
def house(engine: Engine) -> Iterator[House]:
    with housed(engine) as made:
        yield made
