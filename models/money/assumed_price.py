"""What an LLM of unknown price counts for where money is limited: dear rather than nothing."""

from dataclasses import dataclass
from decimal import Decimal

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class AssumedPrice:
    """USD per million tokens."""

    input: Decimal = Decimal(10)
    output: Decimal = Decimal(50)

    def cost_of(self, tokens_in: int | None, tokens_out: int | None) -> Decimal | None:
        """None where nobody says what was used."""
        if tokens_in is None or tokens_out is None:
            return None
        return (tokens_in * self.input + tokens_out * self.output) / _MILLION
