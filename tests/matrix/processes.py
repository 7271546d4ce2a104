"""Simulated processes: a web door, a worker and a scheduler, each built as its real entry point builds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from redis import Redis

from agent.agent import Agent, Limits
from agent.base import Provider
from agent.providers.registry import build_provider
from bot.app import create_app, door_of
from bot.services import build_accounts
from bot.web_services import WebServices
from channels.base import Channel
from channels.crm import CrmChannel
from channels.email import EmailChannel
from channels.email.reading.mail import OwnAddresses, ReadMail, Verdict
from channels.email.reading.reader import read_mail
from channels.email.reading.safely import Unreadable
from channels.registry import build_channel
from jobs.advance import bring_forward
from jobs.alarms import Alarms
from jobs.allowed import ALLOWED_JOBS, parse_call
from jobs.gaps import GapFiller
from jobs.leases import LeaseKeeper
from jobs.privacy.retention import Retention
from jobs.queue import JobQueue
from jobs.rq_worker.books import Books, Claim, Finished
from jobs.runtime import OpenDoor, Services, WorkPolicy
from jobs.sweep import Sweeper
from models.errors import PayloadError
from models.faultpoint import faultpoint
from models.files.storage import DiskStorage
from models.operators.replay import NotReplayable, find_messages_named, replay_message
from models.session import session_scope
from models.tenant import DEFAULT, find_tenant
from tests.fakes import OneAgent, allow_all
from tests.jobs.house import AtOnce
from tests.matrix.clock import WorldClock
from tests.matrix.ledger import build_tools
from tests.matrix.lives import Berth, Life
from tests.matrix.stage import LLM_KEY, Stage

KEPT = timedelta(days=30)  # raw events
_CLAIM = 16  # rings at once, as the real worker takes them


def read_here(
    raw: bytes,
    own: OwnAddresses,
    now: datetime,
    *,
    verdict: Verdict | None = None,
    envelope_sender: str | None = None,
) -> ReadMail | Unreadable:
    """A mail read in this process: a child for each, as in production, would cost more than the whole run."""
    try:
        return read_mail(raw, own, now, verdict=verdict, envelope_sender=envelope_sender)
    except PayloadError as error:
        return Unreadable(str(error))


class _Berth(Berth):
    """With what every process has: channels of its own and a queue of its own."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.base)
        self.channels: dict[tuple[str, str], Channel] = {}
        for key, account in build_accounts(stage.settings).items():
            match account.channel:
                case "email":
                    self.channels[key] = EmailChannel(account, clock=stage.clock, read=read_here)
                case "crm":
                    self.channels[key] = CrmChannel(account, clock=stage.clock)
                case _:
                    self.channels[key] = build_channel(account)
        self.queue = _SmallBatches(stage.redis_url, clock=stage.clock)
        stage.closing.callback(self.close)

    def find_channel(self, channel: str, account: str) -> Channel | None:
        return self.channels.get((channel, account))

    def close(self) -> None:
        for channel in self.channels.values():
            close = getattr(channel, "close", None)
            if close is not None:
                close()
        self.queue.connection.close()


class _Alarms(Alarms):
    """Rings when the world says that it is time."""

    def __init__(self, queue: JobQueue, clock: WorldClock) -> None:
        super().__init__(queue.ring, clock)
        self._queue = queue
        self._world_clock = clock
        self._due: list[tuple[float, UUID]] = []

    def set(self, conversation_id: UUID, wait: timedelta) -> None:
        self._due.append((self._world_clock.monotonic() + max(wait.total_seconds(), 0.0), conversation_id))

    def next(self) -> float | None:
        """Seconds until the first one; None if there is none."""
        return max(0.0, min(self._due)[0] - self._world_clock.monotonic()) if self._due else None

    def ring_due(self) -> None:
        now = self._world_clock.monotonic()
        due = [one for one in self._due if one[0] <= now]
        self._due = [one for one in self._due if one[0] > now]
        for _, conversation_id in due:
            self._queue.ring(conversation_id)


class _SmallBatches(JobQueue):
    """So that a handful of conversations is rung for in more than one round trip."""

    batch = 2


class _WebBerth(_Berth):
    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        services = WebServices(
            settings=stage.settings,
            engine=self.engine,
            queue=self.queue,
            clock=stage.clock,
            channel_for=self.find_channel,
            database_url=stage.database_url,
            redis_url=stage.redis_url,
        )
        self.app = create_app(services)

    def close(self) -> None:
        door_of(self.app).close()
        self.app.redis_conn.close()  # type: ignore[attr-defined]
        super().close()


class _WorkerBerth(_Berth):
    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.provider: Provider = build_provider(
            "openai-compatible",
            api_key=LLM_KEY,
            base_url=stage.llm.url,
            llm="stand-in",
            catalogue=_no_catalogue,
            timeout=10,
        )
        self.books_redis: Redis = self.queue.connect(3.0)

    def close(self) -> None:
        self.provider.close()
        self.books_redis.close()
        super().close()


def _no_catalogue() -> Any:
    raise AssertionError("only the offline engine has a catalogue")


@dataclass(frozen=True)
class Answer:
    """What a client of the web door got."""

    status: int
    headers: dict[str, str]
    body: bytes


class Web:
    """A web process."""

    def __init__(self, life: Life, berth: _WebBerth) -> None:
        self.life = life
        berth.life = life
        self._app: Flask = berth.app

    def serve(self, environ: dict[str, Any], sent: list[Answer]) -> None:
        """One request through WSGI. The answer is in `sent` as soon as its last byte has left, before it is closed."""
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            head[:] = [int(status.split(" ", 1)[0]), dict(headers)]

        chunks = self._app.wsgi_app(environ, start_response)
        try:
            body = b"".join(chunks)
            sent.append(Answer(head[0], head[1], body))
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()


class Worker:
    """A worker process: `take_rings` is one look into the queue, `sweep` one round of its sweeper."""

    def __init__(self, life: Life, berth: _WorkerBerth, stage: Stage) -> None:
        self.life = life
        berth.life = life
        self.troubles: list[Exception] = []  # what jobs ended with, as the real worker would log it
        clock = stage.clock
        self._queue = berth.queue
        self._alarms = _Alarms(berth.queue, clock)
        agent = Agent(berth.provider, "stand-in", build_tools(stage.ledger), Limits(), clock, allow_all)
        self.services = Services(
            engine=berth.engine,
            channel_for=berth.find_channel,
            agents=OneAgent(agent, quiet=1.5, quiet_longest=8),
            leases=LeaseKeeper(berth.engine, life.name, clock=clock),
            alarms=self._alarms,
            clock=clock,
            policy=WorkPolicy(),
            open_door=lambda connection, tenant_id: OpenDoor("Ana", "Ana Souza"),
            background=AtOnce(),
            storage=DiskStorage(stage.folder / "files"),
            is_stopping=lambda: life.is_stopping,
        )
        self._books = Books(berth.books_redis, berth.queue.name, life.name)
        self._sweeper = Sweeper(berth.engine, life.name, berth.queue.ring_many)

    def take_rings(self) -> int:
        """Claim what waits and do it; how many rings there were. A worker that stops begins no ring it has."""
        claims = self._books.claim(_CLAIM) or []
        if claims:
            faultpoint("queue.claimed")
        for claim in claims:
            self._perform(claim)
        return len(claims)

    def _perform(self, claim: Claim) -> None:
        call = parse_call(claim.data, ALLOWED_JOBS)
        faultpoint("queue.started")
        error = ""
        try:
            bring_forward(self.services, UUID(call.args[0]))
        except Exception as trouble:
            self.troubles.append(trouble)
            error = repr(trouble)
        faultpoint("queue.worked")
        self.services.owed.settle(self.services)  # what the real worker's thread does as soon as it can
        self._books.finish([Finished(claim, 0.0, error)], busy=False)

    def ring(self, conversation_id: UUID) -> None:
        self._queue.ring(conversation_id)

    def next_alarm(self) -> float | None:
        """Seconds until its next alarm; None if none is set."""
        return self._alarms.next()

    def ring_alarms(self) -> None:
        self._alarms.ring_due()

    def sweep(self) -> Sequence[UUID]:
        return self._sweeper.sweep()


class Scheduler:
    """A scheduler process: `fill_gaps` is one round over the platforms' histories."""

    def __init__(self, life: Life, berth: _Berth, stage: Stage) -> None:
        self.life = life
        berth.life = life
        channels = list(berth.channels.values())
        self._gaps = GapFiller(
            berth.engine, lambda: channels, berth.queue.ring_many, stage.clock, quiet=timedelta(seconds=1.5)
        )
        self._retention = Retention(berth.engine, KEPT, batch=1)

    def fill_gaps(self) -> int:
        return self._gaps.fill()

    def purge(self) -> None:
        self._retention.start_round()
        self._retention.work()


class Console:
    """A command of an operator's, such as `python -m bot replay`: it may simply be given again."""

    def __init__(self, life: Life, berth: _Berth) -> None:
        self.life = life
        berth.life = life
        self.engine = berth.engine
        self._queue = berth.queue

    def replay(self, external_id: str) -> None:
        """Whatever is no longer to be replayed has been replayed before."""
        try:
            with session_scope(self.engine) as connection:
                tenant_id = find_tenant(connection, DEFAULT)
                assert tenant_id is not None
                [message_id] = find_messages_named(connection, tenant_id, external_id)
                done = replay_message(connection, tenant_id, message_id)
        except NotReplayable:
            return
        self._queue.ring(done.conversation_id)


BERTHS: dict[str, Any] = {"web": _WebBerth, "worker": _WorkerBerth, "scheduler": _Berth, "console": _Berth}
