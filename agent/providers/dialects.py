"""How each vendor speaks one of the three wires, as data: what may be sent, what is refused, how figures read.

A builder writes what it would like to say and keeps of it what the dialect takes: nothing else is ever on the wire.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_ANY_ID = re.compile(r"\S{1,64}")
_PLAIN_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_NINE_CHARACTERS = re.compile(r"[a-zA-Z0-9]{9}")

_SAMPLING = "temperature top_p top_k seed presence_penalty frequency_penalty"
_CHAT = "model messages tools tool_choice stream"
_RESPONSES = "model input instructions tools tool_choice max_output_tokens store stream"
_MESSAGES = "model messages system tools tool_choice max_tokens stream"


def _names(*written: str) -> frozenset[str]:
    return frozenset(name for names in written for name in names.split())


@dataclass(frozen=True, slots=True)
class Dialect:
    """One vendor on one wire. `takes` and `refuses` are names of a request's outermost fields."""

    takes: frozenset[str]
    refuses: frozenset[str] = frozenset()  # what is known to be ignored or answered with 400; a test holds us to it
    call_id: re.Pattern[str] = _PLAIN_ID
    strict_tools: bool = False
    price_provider: str | None = None  # the price table's name; None leaves the cost unknown
    is_free: bool = False  # it runs on the company's own machines
    output_excludes_reasoning: bool = False  # the thinking is only in the total
    ends_with_reason: bool = True  # its streams name a finish reason: without one, `[DONE]` is a cut
    cache_marks: bool = False  # its cache keeps what we mark

    def keep(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Of a request's fields those that this vendor takes, in the same order."""
        return {name: value for name, value in wanted.items() if name in self.takes}


def _chat(more: str, refuses: str = "", **facts: Any) -> Dialect:
    return Dialect(_names(_CHAT, more), _names(refuses), **({"call_id": _ANY_ID} | facts))


# The form that a server nobody knows is most likely to take. Without `stream_options` some tell no tokens of a stream.
UNKNOWN = _chat(
    "max_tokens", f"{_SAMPLING} store max_completion_tokens stream_options prompt_cache_key", ends_with_reason=False
)

OPENAI_RESPONSES = Dialect(
    _names(_RESPONSES, "prompt_cache_key"), _names(_SAMPLING), strict_tools=True, price_provider="openai"
)
# Its reasoning comes encrypted only to who asks for it, and goes back with each turn.
XAI_RESPONSES = Dialect(
    _names(_RESPONSES, "prompt_cache_key include"),
    _names("presence_penalty frequency_penalty stop stream_options previous_response_id"),
    strict_tools=True,
    price_provider="x-ai",
)
ANTHROPIC = Dialect(
    _names(_MESSAGES), _names(_SAMPLING, "stream_options store"), price_provider="anthropic", cache_marks=True
)
OPENAI_CHAT = _chat(
    "max_completion_tokens stream_options prompt_cache_key",
    "max_tokens temperature top_p",
    strict_tools=True,
    price_provider="openai",
)
AZURE_CHAT = _chat("max_completion_tokens stream_options", "max_tokens", strict_tools=True, price_provider="azure")
GEMINI = _chat(
    "max_tokens stream_options",
    price_provider="google",
    output_excludes_reasoning=True,
)
MISTRAL = _chat(
    "max_tokens prompt_cache_key",
    "stream_options max_completion_tokens store seed",
    call_id=_NINE_CHARACTERS,
    price_provider="mistral",
)
# Its streams tell their tokens unasked.
GROQ = _chat("max_tokens", "logprobs logit_bias top_logprobs", price_provider="groq")
OPENROUTER = _chat("max_tokens stream_options", price_provider="openrouter")
DEEPSEEK = _chat("max_tokens stream_options", price_provider="deepseek")
XAI_CHAT = _chat("max_tokens", "presence_penalty frequency_penalty stop stream_options", price_provider="x-ai")
OLLAMA = _chat("max_tokens stream_options", "num_ctx", is_free=True)
# Who answers, and at what price, depends on what follows the colon of the LLM's name.
HUGGING_FACE = _chat("max_tokens stream_options")

# Where LLM_PROVIDER=openai-compatible may point to; all other hosts get the form of UNKNOWN.
HOSTS: Mapping[str, Dialect] = {
    "api.openai.com": OPENAI_CHAT,
    "openai.azure.com": AZURE_CHAT,
    "generativelanguage.googleapis.com": GEMINI,
    "api.mistral.ai": MISTRAL,
    "api.groq.com": GROQ,
    "openrouter.ai": OPENROUTER,
    "api.deepseek.com": DEEPSEEK,
    "api.x.ai": XAI_CHAT,
    "router.huggingface.co": HUGGING_FACE,
    "api.cerebras.ai": _chat("max_tokens", price_provider="cerebras"),
    "api.together.xyz": _chat("max_tokens", price_provider="together"),
    "api.fireworks.ai": _chat("max_tokens", price_provider="fireworks"),
    "api.moonshot.ai": _chat("max_tokens", price_provider="moonshotai"),
}


def find_dialect(base_url: str) -> Dialect:
    """The Chat Completions dialect of the address's host, or the one for hosts nobody knows."""
    host = urlsplit(base_url).hostname or ""
    return next((row for name, row in HOSTS.items() if host == name or host.endswith("." + name)), UNKNOWN)
