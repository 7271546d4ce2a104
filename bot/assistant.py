"""The worker's half of the composition root: an agent with its provider, tools and sales data, made of its spec."""

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from agent.agent import Agent, Limits
from agent.base import Provider, Tool
from agent.cache.results import keep_results
from agent.mcp.servers import build_mcp_tools
from agent.providers.address import host_of
from agent.providers.fallback import Fallback, Link
from agent.providers.price_list import Priced, read_price_list
from agent.providers.recording import Recorded
from agent.providers.registry import build_provider, find_profile, resolve_llm
from agent.spec.agent_spec import AgentSpec, SourceSpec
from agent.spec.llm import LlmChoice, LlmSpec
from agent.system_text import Brief
from agent.telemetry import Traced
from agent.tools.customer_told import with_told
from agent.tools.desk import Bench
from agent.tools.exchange_rates import ExchangeRates
from agent.tools.eyes import catalogue_seen
from agent.tools.knowledge import SEARCH_DOCUMENTS, build_search_tool
from agent.tools.prices import PRICE_OF, PriceBook, build_price_tool
from agent.tools.recall import build_recall_tool
from agent.tools.registry import build_tools
from agent.transcription import Transcriber
from bot.agents.chains import build_chain
from bot.agents.permits import Keyring, Permit, check_permit, read_permit
from bot.agents.toolsmith import add_tools, build_described_tools
from bot.demo import sales_url
from bot.environment import with_secrets
from bot.redaction import build_redactor
from bot.settings import Settings
from bot.sources import open_source
from bot.writing import ChannelFor, build_writing_tools
from jobs.cache.results import ResultShelf
from jobs.query_trail import QueryTrail
from models.clock import Clock
from models.errors import ConfigurationError
from models.network.database_wall import DatabaseWall
from models.sales.reading import SourceFile, nine_views, read_source, read_source_file
from models.sales.source import SalesSource
from models.secret_reference import resolve_reference
from models.tenant import DEFAULT


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What agents are built in. `environ` holds the secrets that files refer to, those of the settings among them."""

    settings: Settings
    database_url: str = field(repr=False)
    clock: Clock
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    engine: Engine | None = None  # of Recado's own database, where changes are written; None: nothing can be
    channel_for: ChannelFor | None = None  # those of the process; None: what is needed is built
    library: PriceBook | None = None  # the companies' documents; None: nothing is looked up
    kept: Mapping[str, str] | None = None  # files by path, as a version keeps them; None: as they are on the disk
    permit: Permit = field(default_factory=lambda: Permit(DEFAULT))  # what of all this the agent's company may use

    def resolve(self, reference: str) -> str:
        """Raises ConfigurationError."""
        return resolve_reference(reference, self.secrets)

    def database_wall(self) -> DatabaseWall | None:
        """None: the operator's own company may go where she says."""
        redis = self.settings.redis_url
        own = (self.database_url, *([redis.get_secret_value()] if redis else ()))
        return self.permit.database_wall(own)

    @property
    def secrets(self) -> Mapping[str, str]:
        """What references are looked up in."""
        return Keyring(with_secrets(self.environ, self.settings.secrets()), self.permit)


@dataclass(frozen=True, slots=True)
class Assistant:
    """The agent, and the doors it looks through; close it when the process ends."""

    agent: Agent
    doors: ExitStack

    def close(self) -> None:
        self.doors.close()


def build_assistant(spec: AgentSpec, surroundings: Surroundings) -> Assistant:
    """Nothing is loaded or connected yet, but that MCP servers are asked for their tools. Raises ConfigurationError."""
    lent = lend(surroundings, spec)
    check_permit(spec, lent.permit)
    with ExitStack() as doors:
        agent = _build_agent(spec, lent, doors)
        return Assistant(agent, doors.pop_all())


def lend(surroundings: Surroundings, spec: AgentSpec) -> Surroundings:
    """The same as far as the agent's tenant may use it. Raises ConfigurationError."""
    return replace(surroundings, permit=read_permit(surroundings.settings, spec.tenant))


def _build_agent(spec: AgentSpec, surroundings: Surroundings, doors: ExitStack) -> Agent:
    settings, clock = surroundings.settings, surroundings.clock
    source = open_agent_source(spec, surroundings)
    doors.callback(source.close)

    def build_line(llm: LlmSpec) -> Fallback:
        line = Fallback([_build_link(one, surroundings, source) for one in (llm, *llm.fallbacks)])
        doors.callback(line.close)
        return line

    provider = build_line(spec.llm)
    limits = Limits(
        steps=spec.limits.steps,
        tool_calls=spec.limits.tool_calls,
        seconds=spec.limits.seconds,
        call_seconds=spec.llm.timeout_seconds,
        output_tokens=spec.llm.max_output_tokens,
        tokens=spec.limits.tokens,
        usd=spec.limits.usd,
        assumed_price=spec.budgets.assumed_price.as_price(),
    )
    exchange = ExchangeRates(settings.exchange_rate_base_url, clock=clock)
    doors.callback(exchange.close)
    tools = build_tools(source, exchange, clock)
    if surroundings.engine is not None:
        tools |= build_recall_tool(surroundings.engine)
    if surroundings.library is not None:
        tools[SEARCH_DOCUMENTS] = build_search_tool(surroundings.library)
        tools[PRICE_OF] = build_price_tool(surroundings.library)
    if spec.tools is not None:
        if surroundings.engine is not None:
            bench = Bench(source, exchange, clock)
            tools |= build_writing_tools(spec, settings, bench, surroundings.engine, surroundings.channel_for)
        tools = {name: tool for name, tool in tools.items() if name in spec.tools}
    trail = None if surroundings.engine is None else QueryTrail(surroundings.engine, spec.tenant)
    permit, secrets = surroundings.permit, surroundings.secrets
    wall = surroundings.database_wall()
    add_tools(tools, build_described_tools(spec, permit.hosts, secrets, clock, doors, trail, surroundings.kept, wall))
    own = with_told(_keep_results(tools, spec, surroundings), surroundings.engine)
    all_tools = build_mcp_tools(spec.mcp, environ=secrets, clock=clock, beside=own, wall=permit.wall())
    rules = {name: rule.as_rule() for name, rule in (spec.tools or {}).items()}
    brief = Brief(spec.prompt, spec.persona, spec.instructions, spec.languages)
    chain = build_chain(spec, provider, build_line, tools)
    seen = catalogue_seen(source)
    llm = provider.links[0].llm
    return Agent(provider, llm, all_tools, limits, clock, brief=brief, rules=rules, chain=chain, catalogue=seen)


def _keep_results(tools: Mapping[str, Tool], spec: AgentSpec, surroundings: Surroundings) -> Mapping[str, Tool]:
    if surroundings.engine is None:
        return tools
    mark = hashlib.sha256(spec.model_dump_json().encode()).hexdigest()
    most = timedelta(seconds=surroundings.settings.answers_live_seconds)
    return keep_results(tools, ResultShelf(surroundings.engine), mark, most)


def _build_link(llm: LlmChoice, surroundings: Surroundings, source: SalesSource) -> Link:
    provider = _build_provider(llm, surroundings, source)
    model = resolve_llm(llm.provider, llm.model)
    return Link(provider, model, llm.address, llm.timeout_seconds, llm.max_output_tokens)


def _build_provider(llm: LlmChoice, surroundings: Surroundings, source: SalesSource) -> Provider:
    settings, clock = surroundings.settings, surroundings.clock
    provider = build_provider(
        llm.provider,
        api_key=_find_key(llm, surroundings),
        base_url=llm.base_url,
        llm=llm.model,
        catalogue=catalogue_seen(source),
        timeout=llm.timeout_seconds,
        sees=llm.sees_images,
        wall=surroundings.permit.wall() if llm.base_url else None,
    )
    if prices := read_price_list(settings.prices_file):
        host = host_of(llm.base_url)
        provider = Priced(provider, prices, lambda: clock.today(settings.timezone), host=host)
    if provider.engine == "offline":
        return provider
    if settings.record_llm_dir:
        provider = Recorded(provider, Path(settings.record_llm_dir), build_redactor(settings).secrets)
    return Traced(provider)


def _find_key(llm: LlmChoice, surroundings: Surroundings) -> str | None:
    """Left out: the environment's key for that provider, which a server at another address never sees."""
    if llm.api_key is not None:
        return surroundings.resolve(llm.api_key)
    setting = find_profile(llm.provider).key_setting
    if not setting or llm.base_url:
        return None
    try:
        return surroundings.resolve(f"${{{setting}}}")
    except ConfigurationError:
        return None  # whoever needs one says so, in the words of the provider


def open_agent_source(spec: AgentSpec, surroundings: Surroundings) -> SalesSource:
    """Nothing is connected yet. One company never looks into another's data for want of its own. Raises
    ConfigurationError."""
    settings, clock, pool_size = surroundings.settings, surroundings.clock, _sales_pool(surroundings.settings)
    source = spec.source or SourceSpec()
    if source.url is None and spec.tenant != DEFAULT:
        raise ConfigurationError(
            f"source.url is missing: the agent {spec.agent} of the tenant {spec.tenant} reads no other company's "
            "sales data; name its own, as ${NAME}"
        )
    if source == SourceSpec():
        return open_source(settings, surroundings.database_url, clock=clock, pool_size=pool_size)
    url = surroundings.resolve(source.url) if source.url else sales_url(settings, surroundings.database_url)
    meaning, wall = _read_meaning(source, surroundings.kept), surroundings.database_wall()
    return SalesSource(url, meaning, clock=clock, pool_size=pool_size, wall=wall)


def _read_meaning(source: SourceSpec, kept: Mapping[str, str] | None) -> SourceFile:
    if not source.file:
        return SourceFile(nine_views(), "the nine views")
    return read_source_file(Path(source.file)) if kept is None else read_source(kept[source.file], source.file)


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


def _sales_pool(settings: Settings) -> int:
    return max(2, min(settings.worker_threads // 10, 10))
