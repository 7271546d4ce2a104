"""What one run may use, in tokens and in money: never more, and with an answer as long as one can be paid for."""

from dataclasses import dataclass
from decimal import Decimal

from agent.base import Completion, Reckoning, Usage

_MILLION = Decimal(1_000_000)
_ENOUGH = 2  # calls: who can make two need not think of the end yet


@dataclass(frozen=True, slots=True)
class AssumedPrice:
    """What a million tokens count for, in USD, where nobody knows their price: dear, so that a limit still holds."""

    input: Decimal = Decimal(10)
    output: Decimal = Decimal(50)

    def cost_of(self, usage: Usage) -> Decimal | None:
        """None where the vendor did not say what was used."""
        if usage.input is None or usage.output is None:
            return None
        return (usage.input * self.input + usage.output * self.output) / _MILLION


@dataclass(slots=True)
class Spending:
    """How far a run has come; None is no limit."""

    tokens: int | None
    usd: Decimal | None
    assumed: AssumedPrice
    used_tokens: int = 0
    used_usd: Decimal = Decimal(0)

    @property
    def is_limited(self) -> bool:
        return self.tokens is not None or self.usd is not None

    def add(self, completion: Completion, worst: Reckoning) -> None:
        """What a call has used, or the worst of it where nobody knows."""
        self.used_tokens += _tokens_of(completion.usage) or _tokens_of(worst.usage) or 0
        cost = completion.cost.amount if completion.cost else None
        if cost is None:
            cost = self.assumed.cost_of(completion.usage)
        self.used_usd += self._cost_of(worst) if cost is None else cost

    def calls_left(self, worst: Reckoning) -> tuple[int, str]:
        """How many calls like this one still fit, counted up to two, and the limit that says so."""
        found = [(_ENOUGH, "")]
        tokens, cost = _tokens_of(worst.usage) or 0, self._cost_of(worst)
        if self.tokens is not None and tokens:
            found.append((max(0, self.tokens - self.used_tokens) // tokens, "tokens"))
        if self.usd is not None and cost:
            found.append((int(max(Decimal(0), self.usd - self.used_usd) // cost), "usd"))
        return min(found)

    def _cost_of(self, worst: Reckoning) -> Decimal:
        amount = worst.cost.amount
        return (self.assumed.cost_of(worst.usage) or Decimal(0)) if amount is None else amount


def _tokens_of(usage: Usage) -> int | None:
    return None if usage.input is None or usage.output is None else usage.input + usage.output
