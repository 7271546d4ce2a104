"""The values of LLM_PROVIDER as data rows, and the only place where an LLM's name is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from agent.providers import dialects
from agent.providers.dialects import Dialect

# Names of LLMs are retired within months: look at the vendors' lists again by this day.
DEFAULTS_REVIEWED_ON = date(2026, 11, 21)
DEFAULTS_REVIEW_BY = date(2027, 2, 21)

_CHAT = "agent.providers.completions:CompletionsProvider"
_RESPONSES = "agent.providers.responses:ResponsesProvider"
_MESSAGES = "agent.providers.messages:MessagesProvider"


@dataclass(frozen=True, slots=True)
class Profile:
    """One value of LLM_PROVIDER. `adapter` is a dotted path, so that choosing one loads no other."""

    adapter: str
    key_setting: str = ""  # empty: it needs no key
    base_url: str = ""  # empty: LLM_BASE_URL has to say
    default_llm: str = ""  # empty: LLM_MODEL has to say
    dialect: Dialect | None = None  # None: the address decides
    foreign_keys: tuple[str, ...] = ()  # how keys of other vendors begin
    sees: bool = False  # whether its LLMs can be shown images, where LLM_SEES_IMAGES does not say


PROFILES: Mapping[str, Profile] = {
    "openai": Profile(
        _RESPONSES,
        "OPENAI_API_KEY",
        "https://api.openai.com/v1",
        "gpt-6.1-terra",
        dialects.OPENAI_RESPONSES,
        foreign_keys=("sk-ant-", "sk-or-", "xai-", "gsk_", "hf_"),
        sees=True,
    ),
    "anthropic": Profile(
        _MESSAGES,
        "ANTHROPIC_API_KEY",
        "https://api.anthropic.com",
        "claude-sonnet-5-5",
        dialects.ANTHROPIC,
        foreign_keys=("sk-proj-", "sk-svcacct-", "sk-or-", "xai-", "gsk_", "hf_"),
        sees=True,
    ),
    "gemini": Profile(
        _CHAT,
        "GEMINI_API_KEY",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "gemini-3.8-flash",
        dialects.GEMINI,
        foreign_keys=("sk-", "xai-", "gsk_", "hf_"),
        sees=True,
    ),
    "mistral": Profile(
        _CHAT,
        "MISTRAL_API_KEY",
        "https://api.mistral.ai/v1",
        "mistral-medium-3-5",
        dialects.MISTRAL,
        foreign_keys=("sk-", "xai-", "gsk_", "hf_"),
        sees=True,
    ),
    "groq": Profile(
        _CHAT,
        "GROQ_API_KEY",
        "https://api.groq.com/openai/v1",
        "openai/gpt-oss-120b",
        dialects.GROQ,
        foreign_keys=("sk-", "xai-", "hf_"),
    ),
    "openrouter": Profile(
        _CHAT,
        "OPENROUTER_API_KEY",
        "https://openrouter.ai/api/v1",
        "openai/gpt-6.1-terra",
        dialects.OPENROUTER,
        foreign_keys=("sk-ant-", "sk-proj-", "xai-", "gsk_", "hf_"),
        sees=True,
    ),
    "deepseek": Profile(
        _CHAT,
        "DEEPSEEK_API_KEY",
        "https://api.deepseek.com",
        "deepseek-v4-flash",
        dialects.DEEPSEEK,
        foreign_keys=("sk-ant-", "sk-proj-", "sk-or-", "xai-", "gsk_", "hf_"),
    ),
    "xai": Profile(
        _RESPONSES,
        "XAI_API_KEY",
        "https://api.x.ai/v1",
        "grok-4.7",
        dialects.XAI_RESPONSES,
        foreign_keys=("sk-", "gsk_", "hf_"),
        sees=True,
    ),
    "huggingface": Profile(
        _CHAT,
        "HF_TOKEN",
        "https://router.huggingface.co/v1",
        "openai/gpt-oss-120b",
        dialects.HUGGING_FACE,
        foreign_keys=("sk-", "xai-", "gsk_"),
    ),
    "ollama": Profile(_CHAT, base_url="http://localhost:11434/v1", dialect=dialects.OLLAMA),
    "openai-compatible": Profile(_CHAT, key_setting="LLM_API_KEY"),
    "offline": Profile("agent.providers.offline.engine:OfflineProvider"),
}
