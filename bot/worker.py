"""The worker door: one process that answers and delivers many conversations at once, and sweeps for what was missed."""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from agent.spec.agent_spec import AgentSpec
from agent.tools.exchange_rates import ExchangeRates
from bot.agents.default import describe_default
from bot.assistant import Assistant, Surroundings, build_assistant, build_transcriber
from bot.budgets import build_budgets
from bot.duty import build_duty
from bot.embedded.engines import attach_or_start
from bot.embeddings import build_embeddings, build_library
from bot.environment import read_environment
from bot.files import build_storage
from bot.open_door import build_open_door
from bot.reaching import reaching_database
from bot.services import ChannelDirectory, build_accounts
from bot.settings import Settings, load_settings
from bot.telemetry import configure_logging, configure_sentry
from bot.tenant import prepare_tenant
from jobs.agents import AgentDirectory
from jobs.alarms import Alarms
from jobs.budget import tell_duty
from jobs.dollar import DollarRate
from jobs.knowledge.document_reading import read_file
from jobs.knowledge.embedding import EmbeddingKeeper
from jobs.knowledge.reading import KnowledgeKeeper
from jobs.leases import LeaseKeeper
from jobs.live import LiveWords
from jobs.memory.keeper import MemoryKeeper
from jobs.memory.reader import MemoryReader
from jobs.memory.writer import MemoryWriter
from jobs.queue import JobQueue
from jobs.runtime import Services, WorkPolicy, set_services
from jobs.sweep import Sweeper
from jobs.worker import ConcurrentWorker
from models.agents.file import find_contents
from models.agents.version import list_serving
from models.clock import Clock, SystemClock
from models.heartbeat import say_goodbye
from models.ids import new_id
from models.money.budget import Budgets
from models.money.budget_books import begin_books
from models.session import build_engine, session_scope, statement_scope

GRACE = timedelta(seconds=60)

_log = logging.getLogger("recado.worker")


def main() -> int:
    """Work until SIGTERM or SIGINT, then finish what is in flight."""
    settings = load_settings()
    configure_logging(settings, "worker")
    configure_sentry(settings, "worker")
    with attach_or_start(settings) as engines:
        queue = JobQueue(engines.redis_url)
        worker = ConcurrentWorker(queue, settings.worker_threads, GRACE)
        with installed_services(settings, engines.database_url, queue, lambda: worker.is_stopping):
            _log.info("ready", extra={"threads": settings.worker_threads, "provider": settings.llm_provider})
            worker.run()
    return 0


@contextmanager
def installed_services(
    settings: Settings, database_url: str, queue: JobQueue, is_stopping: Callable[[], bool] = lambda: False
) -> Iterator[Services]:
    """Everything a worker process needs, its threads running, until the block ends."""
    owner = f"{socket.gethostname()}-{os.getpid()}-{new_id().hex[-8:]}"
    with ExitStack() as closing:
        pulse = build_engine(database_url, application_name="recado-worker-pulse", pool_size=2, answer_within=5)
        closing.callback(pulse.dispose)
        services = _build_services(settings, database_url, queue, is_stopping, pulse, owner, closing)
        set_services(services)
        closing.callback(set_services, None)
        keepers = (
            Sweeper(pulse, owner, queue.ring_many),
            MemoryKeeper(services),
            MemoryReader(services),
            MemoryWriter(services),
            KnowledgeKeeper(services.engine, build_storage(settings), read_file),
        )
        for thread in (services.leases, services.alarms, *keepers):
            thread.start()
            closing.callback(thread.stop)
        for keeper in _embedding_keepers(settings, services.engine):
            keeper.start()
            closing.callback(keeper.stop)
        services.owed.start(services)
        closing.callback(services.owed.stop)
        yield services


def _build_services(
    settings: Settings,
    database_url: str,
    queue: JobQueue,
    is_stopping: Callable[[], bool],
    pulse: Engine,
    owner: str,
    closing: ExitStack,
) -> Services:
    """What is opened here is closed by `closing`, in the opposite order."""
    clock = SystemClock()
    pool_size = max(5, min(settings.worker_threads // 8, 24))
    engine = build_engine(database_url, application_name="recado-worker", pool_size=pool_size, patience=30)
    closing.callback(engine.dispose)
    tenant_id, budgets = _begin_company(engine, settings)
    closing.callback(_say_goodbye, engine, owner)
    channel_for = ChannelDirectory(build_accounts(settings)).find
    library = build_library(settings, engine, tell_duty)
    surroundings = Surroundings(settings, database_url, clock, read_environment(), engine, channel_for, library)
    agents = _open_agents(settings, surroundings, engine, tenant_id)
    closing.callback(agents.close)
    transcriber = build_transcriber(settings)
    if transcriber is not None:
        closing.callback(transcriber.close)
        transcriber.preload()
    background = ThreadPoolExecutor(4, thread_name_prefix="background")
    closing.callback(background.shutdown, wait=False, cancel_futures=True)
    return Services(
        engine=engine,
        channel_for=channel_for,
        agents=agents,
        leases=LeaseKeeper(engine, owner, pulse=pulse, clock=clock),
        alarms=Alarms(queue.ring, clock),
        clock=clock,
        policy=_build_policy(settings),
        open_door=build_open_door(settings, clock, tenant_id),
        background=background,
        storage=build_storage(settings),
        transcriber=transcriber,
        live=LiveWords(queue.connection),
        duty=build_duty(settings),
        budgets=budgets,
        dollar=_open_dollar(settings, engine, clock, closing),
        link_hosts=settings.hosts_to_link_to,
        log_prompts=settings.log_prompts,
        is_stopping=is_stopping,
    )


def _begin_company(engine: Engine, settings: Settings) -> tuple[UUID, Budgets | None]:
    """Its rows, and its budgets if there are any: the first thing that the database is asked for."""
    budgets = build_budgets(settings)
    with reaching_database():
        tenant_id = prepare_tenant(engine, settings)
        if budgets is not None:
            with session_scope(engine) as connection:
                begin_books(connection, tenant_id, budgets)
    return tenant_id, budgets


def _embedding_keepers(settings: Settings, engine: Engine) -> list[EmbeddingKeeper]:
    """One, or none where no server makes vectors."""
    embeddings = build_embeddings(settings)
    return [] if embeddings is None else [embeddings.keeper(engine, tell_duty)]


def _open_dollar(settings: Settings, engine: Engine, clock: Clock, closing: ExitStack) -> DollarRate:
    """Nobody is asked before a budget in reais needs it."""
    rates = ExchangeRates(settings.exchange_rate_base_url, clock=clock)
    closing.callback(rates.close)
    return DollarRate(engine, rates.latest, clock, settings.timezone)


def _build_policy(settings: Settings) -> WorkPolicy:
    live = timedelta(seconds=settings.answers_live_seconds)
    return WorkPolicy(answers_live=live, answers_by_likeness=settings.answers_by_likeness)


def _open_agents(settings: Settings, surroundings: Surroundings, engine: Engine, home: UUID) -> AgentDirectory:
    """With everything built that is active now. Raises ConfigurationError for what the environment describes."""

    def build(spec: AgentSpec, version_id: UUID | None) -> Assistant:
        if version_id is None:
            return build_assistant(spec, surroundings)
        with statement_scope(engine) as connection:
            kept = find_contents(connection, version_id)
        return build_assistant(spec, replace(surroundings, kept=kept))

    agents = AgentDirectory(home, describe_default(settings), build, surroundings.clock)
    try:
        with session_scope(engine) as connection:
            serving = list_serving(connection)
        agents.open(serving)
    except BaseException:
        agents.close()
        raise
    return agents


def _say_goodbye(engine: Engine, owner: str) -> None:
    try:
        with session_scope(engine) as connection:
            say_goodbye(connection, owner)
    except SQLAlchemyError:
        _log.warning("left without a word: the database is away")


if __name__ == "__main__":
    raise SystemExit(main())
