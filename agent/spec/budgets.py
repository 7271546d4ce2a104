"""What an agent's LLM calls may cost, as its file says it."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from agent.spec.frozen import Frozen
from models.money.assumed_price import AssumedPrice
from models.money.budget import Budgets

Amount = Annotated[Decimal, Field(gt=0, le=1_000_000_000, allow_inf_nan=False)]
Rate = Annotated[Decimal, Field(ge=0, le=100_000, allow_inf_nan=False)]


class AssumedPriceSpec(Frozen):
    """What a million tokens count for, in USD, where an LLM's price is unknown: a budget must not be blind."""

    input: Rate = Decimal(10)
    output: Rate = Decimal(50)

    def as_price(self) -> AssumedPrice:
        return AssumedPrice(self.input, self.output)


class BudgetSpec(Frozen):
    """Limits of money; left out, there is none. What could exceed one is not asked, and who asks is told so."""

    currency: Literal["USD", "BRL"] = "USD"
    """What the limits are stated in. The books are in USD; BRL becomes USD at the Banco Central's rate of the day."""
    brl_per_usd: Annotated[Decimal, Field(gt=0, le=1000, allow_inf_nan=False, examples=["5.40"])] | None = None
    """A rate of your own in place of the Banco Central's."""
    person_day: Amount | None = None
    """One address in a day."""
    agent_day: Amount | None = None
    agent_month: Amount | None = None
    day: Amount | None = None
    """The whole company in a day, all of its agents together."""
    month: Amount | None = None
    assumed_price: AssumedPriceSpec = AssumedPriceSpec()

    @property
    def is_limited(self) -> bool:
        return {self.person_day, self.agent_day, self.agent_month, self.day, self.month} != {None}

    def as_budgets(self, timezone: str, agent: str = "") -> Budgets | None:
        """None where nothing is limited: then nothing is reckoned either. Without an agent's name there are no books of
        its own."""
        if not self.is_limited:
            return None
        return Budgets(
            day=self.day,
            month=self.month,
            person_day=self.person_day,
            timezone=timezone,
            agent_day=self.agent_day,
            agent_month=self.agent_month,
            agent=agent,
            currency=self.currency,
            rate=self.brl_per_usd or Decimal(1),
            assumed_price=self.assumed_price.as_price(),
        )
