"""Whether the assistant can think and read: its LLM and the sales data."""

from sqlalchemy.exc import SQLAlchemyError

from agent.base import ChatMessage, CompletionRequest, Provider
from agent.providers.registry import resolve_llm
from agent.providers.retirements import retirement_warning
from bot.agents.default import describe_default
from bot.assistant import Surroundings, build_assistant
from bot.doctor.findings import Finding, broken, doubtful, well
from bot.doctor.prices import check_price
from bot.environment import read_environment
from bot.settings import Settings
from bot.sources import open_source
from models.clock import Clock
from models.errors import ConfigurationError, ProviderError


def check_llm(settings: Settings, database_url: str, clock: Clock, *, live: bool) -> list[Finding]:
    """Provider, key, name and price as far as they can be judged from here; with `live` one small completion is
    bought."""
    try:
        llm = resolve_llm(settings.llm_provider, settings.llm_model)
        surroundings = Surroundings(settings, database_url, clock, read_environment())
        assistant = build_assistant(describe_default(settings), surroundings)
    except ConfigurationError as error:
        return [broken("LLM", settings.llm_provider, str(error))]
    try:
        findings = [_judge_llm(settings, assistant.agent.provider, llm, live)]
        if warning := retirement_warning(llm, clock.today("UTC")):
            findings.append(doubtful("LLM", settings.llm_provider, warning))
        return [*findings, check_price(assistant.agent.provider, llm)]
    finally:
        assistant.close()


def _judge_llm(settings: Settings, provider: Provider, llm: str, live: bool) -> Finding:
    if settings.llm_provider == "offline":
        return well("LLM", "offline: rules answer, no LLM is asked")
    words = f"{settings.llm_provider}, {llm}"
    if not live:
        return well("LLM", f"{words} (not asked; --live asks it)")
    question = ChatMessage("user", "Answer with the word: ok")
    try:
        completion = provider.complete(
            CompletionRequest(llm, (question,), max_output_tokens=512, timeout=settings.llm_timeout_seconds)
        )
    except ProviderError as error:
        return broken("LLM", f"{words}: {error.kind}", "see docs/llm.md for what this error means")
    return well("LLM", f"{words} answered as {completion.llm or llm}")


def check_sales(settings: Settings, database_url: str) -> Finding:
    """Whether every relation that the tools need can be read."""
    name = "SALES_DATABASE_URL" if settings.sales_database_url else "the demo company"
    try:
        source = open_source(settings, database_url, pool_size=1)
    except ConfigurationError as error:
        return broken("sales data", str(error), "`python -m bot source check` names each mistake of the source file")
    try:
        source.check()
    except (ConfigurationError, SQLAlchemyError) as error:
        if settings.sales_database_url is None:
            return doubtful("sales data", "the demo company is not loaded", "run `python -m bot demo`")
        words = str(error) if isinstance(error, ConfigurationError) else type(error).__name__
        return broken("sales data", words, "correct SALES_DATABASE_URL; docs/sales-schema.md lists what it must offer")
    finally:
        source.close()
    return well("sales data", f"{name} can be read")
