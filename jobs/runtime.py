"""What jobs work with: installed once per process by the composition root, so that `jobs` never imports `bot`."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine

from agent.transcription import Transcriber
from channels.base import Channel
from jobs.agents import Agents
from jobs.alarms import Alarms
from jobs.dollar import DollarRate
from jobs.leases import LeaseKeeper
from jobs.live import LiveWords
from jobs.owed import OwedWrites
from models.clock import Clock
from models.files.storage import Storage
from models.money.budget import Budgets


@dataclass(frozen=True, slots=True)
class WorkPolicy:
    """How patient the work is, for whichever agent. A send's lease outlives its HTTP call; the grace outlives both."""

    send_lease: timedelta = timedelta(seconds=45)
    send_timeout: timedelta = timedelta(seconds=20)
    send_grace: timedelta = timedelta(seconds=120)
    send_patience: timedelta = timedelta(hours=1)
    llm_patience: timedelta = timedelta(minutes=15)
    max_crashes: int = 3
    turns_an_hour: int = 30  # with one correspondent, where machines are met; a person is called for what exceeds it
    turns_a_day: int = 100
    memory_turns: int = 40
    answers_live: timedelta = timedelta(hours=1)  # how long one may be given again at most; zero: none is
    answers_by_likeness: bool = False  # those out of documents also to another wording of the question


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """The embedded demo's door: unknown senders speak as this manager. `salesperson` is her name in the sales data."""

    name: str
    salesperson: str | None


@dataclass(frozen=True, slots=True)
class DutyAddress:
    """Where an operator on duty is told that a person is needed: canonical, on one account of a channel that pushes."""

    channel: str
    account: str
    address: str


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a job may touch. `open_door` gives None for tenants whose unknown senders stay unknown; `is_stopping`:
    begin no more answers."""

    engine: Engine
    channel_for: Callable[[str, str], Channel | None]
    agents: Agents
    leases: LeaseKeeper
    alarms: Alarms
    clock: Clock
    policy: WorkPolicy
    open_door: Callable[[Connection, UUID], OpenDoor | None]  # by the tenant
    background: Executor  # for best efforts that no turn waits for
    storage: Storage | None = None  # None: files are left where they are
    transcriber: Transcriber | None = None
    live: LiveWords | None = None  # None: nobody hears an answer before it is committed
    duty: tuple[DutyAddress, ...] = ()
    budgets: Budgets | None = None
    dollar: DollarRate | None = None  # None: no budget is in another currency
    link_hosts: frozenset[str] = frozenset()  # the only ones that replies may link to
    log_prompts: bool = False
    is_stopping: Callable[[], bool] = lambda: False
    owed: OwedWrites = field(default_factory=OwedWrites)


_installed: Services | None = None


def set_services(services: Services | None) -> None:
    """Called at start-up, before the first job; None takes them away again."""
    global _installed
    _installed = services


def get_services() -> Services:
    if _installed is None:
        raise RuntimeError("no services: a worker installs them with set_services() before it takes jobs")
    return _installed
