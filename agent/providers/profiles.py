"""The values of LLM_PROVIDER as data rows, and the only place where an LLM's name is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

# Names of LLMs are retired within months: look at the vendors' lists again by this day.
DEFAULTS_REVIEWED_ON = date(2026, 11, 21)
DEFAULTS_REVIEW_BY = date(2027, 2, 21)


@dataclass(frozen=True, slots=True)
class Profile:
    """One value of LLM_PROVIDER. `adapter` is a dotted path, so that choosing one loads no other."""

    adapter: str
    key_setting: str = ""  # empty: it needs no key
    base_url: str = ""  # empty: LLM_BASE_URL has to say
    default_llm: str = ""  # empty: LLM_MODEL has to say
    price_provider: str | None = None  # the price table's name of the vendor; None: the host decides
    foreign_keys: tuple[str, ...] = ()  # how keys of the other vendor begin
    sees: bool = False  # whether its LLMs can be shown images, where LLM_SEES_IMAGES does not say


PROFILES: Mapping[str, Profile] = {
    "openai": Profile(
        "agent.providers.responses:ResponsesProvider",
        key_setting="OPENAI_API_KEY",
        base_url="https://api.openai.com/v1",
        default_llm="gpt-6.1-terra",
        price_provider="openai",
        foreign_keys=("sk-ant-",),
        sees=True,
    ),
    "anthropic": Profile(
        "agent.providers.messages:MessagesProvider",
        key_setting="ANTHROPIC_API_KEY",
        base_url="https://api.anthropic.com",
        default_llm="claude-sonnet-5-5",
        price_provider="anthropic",
        foreign_keys=("sk-proj-", "sk-svcacct-"),
        sees=True,
    ),
    "openai-compatible": Profile("agent.providers.completions:CompletionsProvider", key_setting="LLM_API_KEY"),
    "offline": Profile("agent.providers.offline:OfflineProvider"),
}
