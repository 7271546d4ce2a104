"""The agent that the environment describes: what serves every account of the tenant `default` that no file names."""

from agent.providers.registry import find_profile, resolve_llm
from agent.spec.agent_spec import AgentSpec, LimitsSpec, QuietWindowSpec, SourceSpec, ToolUseSpec
from agent.spec.llm import LlmSpec
from agent.tools.crm.notes import CRM_TOOLS
from agent.tools.knowledge import SEARCH_DOCUMENTS
from agent.tools.prices import PRICE_OF
from agent.tools.recall import RECALL
from agent.tools.registry import TOOLS
from bot.settings import Settings

_DEMO_TOOLS = (*CRM_TOOLS, RECALL, SEARCH_DOCUMENTS, PRICE_OF)  # beside all that are registered


def describe_default(settings: Settings) -> AgentSpec:
    """The settings as a spec; over the demo's data it may write notes and tasks too. Pure. Raises
    ConfigurationError."""
    return AgentSpec(
        agent="default",
        company=settings.company_name,
        llm=LlmSpec(
            provider=settings.llm_provider,
            model=resolve_llm(settings.llm_provider, settings.llm_model),
            base_url=settings.llm_base_url,
            api_key=_find_key(settings),
            timeout_seconds=settings.llm_timeout_seconds,
            max_output_tokens=settings.llm_max_output_tokens,
            sees_images=settings.llm_sees_images,
        ),
        limits=LimitsSpec(steps=settings.max_steps, seconds=settings.run_timeout_seconds),
        source=_describe_source(settings),
        tools=None if settings.sales_database_url else {name: ToolUseSpec() for name in (*TOOLS, *_DEMO_TOOLS)},
        quiet_window=QuietWindowSpec(
            seconds=settings.quiet_window_seconds, longest_seconds=settings.quiet_window_max_seconds
        ),
        memory_tokens=settings.memory_token_budget,
        memory_llm=settings.memory_llm,
    )


def _describe_source(settings: Settings) -> SourceSpec | None:
    url = "${SALES_DATABASE_URL}" if settings.sales_database_url else None
    return SourceSpec(file=settings.source_file or None, url=url) if url or settings.source_file else None


def _find_key(settings: Settings) -> str | None:
    """The provider's own setting, or LLM_API_KEY: whichever holds a key."""
    setting = find_profile(settings.llm_provider).key_setting
    held = settings.secrets()
    return next((f"${{{name}}}" for name in (setting, "LLM_API_KEY") if setting and name in held), None)
