"""The OpenAI-compatible hosts we know, as data: what each wants on the wire and how its figures are to be read."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

_ANY_ID = re.compile(r"\S{1,64}")
_NINE_CHARACTERS = re.compile(r"[a-zA-Z0-9]{9}")


@dataclass(frozen=True, slots=True)
class HostRow:
    """One host. The defaults are what a server nobody knows is most likely to accept."""

    suffix: str  # of the host name, on a label's boundary
    price_provider: str | None = None  # the price table's name; None leaves the cost unknown
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    strict_tools: bool = False
    call_id: re.Pattern[str] = _ANY_ID
    output_excludes_reasoning: bool = False  # the thinking is only in the total


UNKNOWN_HOST = HostRow("")

HOSTS: tuple[HostRow, ...] = (
    HostRow("api.openai.com", "openai", "max_completion_tokens", strict_tools=True),
    HostRow("openai.azure.com", "azure", "max_completion_tokens", strict_tools=True),
    HostRow("generativelanguage.googleapis.com", "google", output_excludes_reasoning=True),
    HostRow("api.mistral.ai", "mistral", call_id=_NINE_CHARACTERS),
    HostRow("api.groq.com", "groq"),
    HostRow("openrouter.ai", "openrouter"),
    HostRow("api.deepseek.com", "deepseek"),
    HostRow("api.x.ai", "x-ai"),
    HostRow("api.cerebras.ai", "cerebras"),
    HostRow("api.together.xyz", "together"),
    HostRow("api.fireworks.ai", "fireworks"),
    HostRow("api.moonshot.ai", "moonshotai"),
    HostRow("router.huggingface.co"),  # who answers, and at what price, depends on the LLM's suffix
)


def find_host(base_url: str) -> HostRow:
    """The row of the address's host, or the one for hosts nobody knows."""
    host = urlsplit(base_url).hostname or ""
    return next((row for row in HOSTS if host == row.suffix or host.endswith("." + row.suffix)), UNKNOWN_HOST)
