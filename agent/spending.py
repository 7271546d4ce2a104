"""What one run may use, in tokens and in money: never more, and with an answer as long as one can be paid for."""

from dataclasses import dataclass
from decimal import Decimal

from agent.base import Completion, Usage
from agent.journal import Reckoning
from models.money.assumed_price import AssumedPrice

_ENOUGH = 2  # calls: who can make two need not think of the end yet


class SpentUp(Exception):
    """A run may not pay for another try; `limit` says which limit tells so."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


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
            cost = self.assumed.cost_of(completion.usage.input, completion.usage.output)
        self.used_usd += self._cost_of(worst) if cost is None else cost

    def add_lost(self, worst: Reckoning) -> None:
        """A try that failed and may have been charged for all the same."""
        self.used_tokens += _tokens_of(worst.usage) or 0
        self.used_usd += self._cost_of(worst)

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
        if worst.cost.amount is not None:
            return worst.cost.amount
        return self.assumed.cost_of(worst.usage.input, worst.usage.output) or Decimal(0)


def _tokens_of(usage: Usage) -> int | None:
    return None if usage.input is None or usage.output is None else usage.input + usage.output
