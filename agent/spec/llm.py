"""Which LLM thinks for an agent, and which stand in when it fails."""

from typing import Annotated

from pydantic import Field

from agent.base import EngineKind
from agent.providers.address import provider_address
from agent.spec.frozen import Frozen
from models.secret_reference import SecretReference


class LlmChoice(Frozen):
    """One LLM at one provider."""

    provider: Annotated[str, Field(min_length=1, examples=["openai", "anthropic", "openai-compatible", "offline"])] = (
        "offline"
    )
    """Who serves it; `offline` is the rule engine of the demo, which costs nothing and asks nobody."""
    model: Annotated[str, Field(examples=["the-name-its-vendor-gives-it"])] = ""
    """The name of the LLM at that provider; empty takes the provider's default."""
    base_url: Annotated[str, Field(examples=["http://localhost:11434/v1"])] = ""
    """The server's address, where it is not the provider's own."""
    api_key: SecretReference | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 60
    """How long one call may take."""
    max_output_tokens: Annotated[int, Field(ge=64, le=16_000)] = 2048
    """The longest answer of one call."""
    sees_images: bool | None = None
    """Whether the LLM is shown pictures; left out, the provider's profile decides."""

    @property
    def engine(self) -> EngineKind:
        return "offline" if self.provider == "offline" else "llm"

    @property
    def address(self) -> str:
        """Who it is to the breaker."""
        return provider_address(self.provider, self.base_url)


class LlmSpec(LlmChoice):
    """The LLM of an agent, and those that are asked in its place, in their order."""

    fallbacks: Annotated[tuple[LlmChoice, ...], Field(max_length=5)] = ()
    """Asked one after the other when the LLM before them fails. `offline` is never one of them."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Who may be asked, in their order."""
        return (self.address, *(fallback.address for fallback in self.fallbacks))

    @property
    def longest_call(self) -> float:
        """Seconds that whichever of them is asked may take."""
        return max(llm.timeout_seconds for llm in (self, *self.fallbacks))
