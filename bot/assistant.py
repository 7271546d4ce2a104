"""The worker's half of the composition root: the agent with its provider, tools and sales data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from sqlalchemy import Engine

from agent.agent import Agent, Limits
from agent.providers.price_list import Priced, host_of, read_price_list
from agent.providers.registry import build_provider, find_profile, resolve_llm
from agent.tools.exchange_rates import ExchangeRates
from agent.tools.eyes import catalogue_seen
from agent.tools.registry import build_tools
from agent.transcription import Transcriber
from bot.settings import Settings
from bot.sources import open_source
from jobs.runtime import OpenDoor, WorkPolicy
from models.clock import Clock
from models.demo.stored import find_stored_company
from models.errors import ConfigurationError
from models.sales.source import SalesSource
from models.session import session_scope

_DOOR_LIVES = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Assistant:
    """The agent, and the doors it looks through; close it when the process ends."""

    agent: Agent
    source: SalesSource
    exchange: ExchangeRates

    def close(self) -> None:
        self.agent.provider.close()
        self.source.close()
        self.exchange.close()


def build_assistant(settings: Settings, database_url: str, clock: Clock) -> Assistant:
    """Nothing is loaded or connected yet. Raises ConfigurationError."""
    source = open_source(settings, database_url, clock=clock, pool_size=_sales_pool(settings))
    provider = build_provider(
        settings.llm_provider,
        api_key=_api_key(settings),
        base_url=settings.llm_base_url,
        llm=settings.llm_model,
        catalogue=catalogue_seen(source),
        timeout=settings.llm_timeout_seconds,
        sees=settings.llm_sees_images,
    )
    if prices := read_price_list(settings.prices_file):
        host = host_of(settings.llm_base_url)
        provider = Priced(provider, prices, lambda: clock.today(settings.timezone), host=host)
    limits = Limits(
        steps=settings.max_steps,
        seconds=settings.run_timeout_seconds,
        call_seconds=settings.llm_timeout_seconds,
        output_tokens=settings.llm_max_output_tokens,
    )
    exchange = ExchangeRates(settings.exchange_rate_base_url, clock=clock)
    tools = build_tools(source, exchange, clock)
    llm = resolve_llm(settings.llm_provider, settings.llm_model)
    return Assistant(Agent(provider, llm, tools, limits, clock), source, exchange)


def build_transcriber(settings: Settings) -> Transcriber | None:
    """None where nobody is configured to listen. Nothing is loaded or connected yet. Raises ConfigurationError."""
    if not settings.transcription_base_url:
        return None
    if not settings.transcription_model:
        raise ConfigurationError(
            "TRANSCRIPTION_MODEL is not set; TRANSCRIPTION_BASE_URL needs the name of a model on that server beside it"
        )
    key = settings.transcription_api_key
    language = settings.transcription_language
    return Transcriber(
        settings.transcription_base_url,
        key.get_secret_value() if key else None,
        settings.transcription_model,
        settings.transcription_timeout_seconds,
        language="" if language == "auto" else language,
    )


def build_policy(settings: Settings) -> WorkPolicy:
    return WorkPolicy(
        quiet=timedelta(seconds=settings.quiet_window_seconds),
        quiet_longest=timedelta(seconds=settings.quiet_window_max_seconds),
        llm_call=timedelta(seconds=settings.llm_timeout_seconds),
        memory_tokens=settings.memory_token_budget,
    )


def build_open_door(settings: Settings, engine: Engine, clock: Clock) -> Callable[[], OpenDoor | None]:
    """Who unknown senders speak as: the demo's manager where the door is open, nobody elsewhere."""
    if not settings.is_demo_open:
        return lambda: None
    return _DemoDoor(engine, clock).find


class _DemoDoor:
    """The manager of the demo company now loaded, looked up once a minute. Thread-safe."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = Lock()
        self._found: tuple[float, OpenDoor | None] | None = None

    def find(self) -> OpenDoor | None:
        with self._lock:
            now = self._clock.monotonic()
            if self._found is None or now - self._found[0] > _DOOR_LIVES.total_seconds():
                self._found = (now, self._load())
            return self._found[1]

    def _load(self) -> OpenDoor | None:
        with session_scope(self._engine) as connection:
            company = find_stored_company(connection)
        return None if company is None else OpenDoor(company.sender.name, company.sender.name)


def _sales_pool(settings: Settings) -> int:
    return max(2, min(settings.worker_threads // 10, 10))


def _api_key(settings: Settings) -> str | None:
    setting = find_profile(settings.llm_provider).key_setting
    secret = getattr(settings, setting.lower(), None) or settings.llm_api_key
    return secret.get_secret_value() if secret else None
