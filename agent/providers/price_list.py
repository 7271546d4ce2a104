"""The operator's own prices, from the file that PRICES_FILE names: they win over the price table."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.base import Completion, Cost, Provider, Usage
from agent.providers.wrapped import Wrapped
from models.errors import ConfigurationError
from models.yaml_document import read_yaml

_MILLION = Decimal(1_000_000)

Rate = Annotated[Decimal, Field(ge=0, le=100_000, allow_inf_nan=False)]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PriceRow(_Frozen):
    """What a million tokens cost at one provider, in USD, from a day on."""

    provider: Annotated[str, Field(min_length=1)]  # a value of LLM_PROVIDER, or the host of a server
    model: Annotated[str, Field(min_length=1)]  # a name; * stands for any characters
    input: Rate
    output: Rate
    cached: Rate | None = None  # None: as fresh input
    cache_write: Rate | None = None
    currency: Literal["USD"] = "USD"
    valid_from: date = date.min

    def fits(self, names: tuple[str, ...], llm: str, today: date) -> bool:
        return self.provider in names and self.valid_from <= today and self._pattern.fullmatch(llm) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(".*".join(re.escape(part) for part in self.model.split("*")), re.IGNORECASE | re.DOTALL)

    def cost_of(self, usage: Usage) -> Decimal | None:
        """None where the vendor did not say what was used, or its figures contradict one another."""
        if usage.input is None or usage.output is None:
            return None
        fresh = usage.input - usage.cached - usage.cache_write
        if fresh < 0:
            return None
        cached = self.input if self.cached is None else self.cached
        written = self.input if self.cache_write is None else self.cache_write
        total = fresh * self.input + usage.cached * cached + usage.cache_write * written + usage.output * self.output
        return total / _MILLION


class _PriceFile(_Frozen):
    prices: tuple[PriceRow, ...]

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        for number, row in enumerate(self.prices):
            for above in self.prices[:number]:
                same = (above.provider, above.model) == (row.provider, row.model)
                if same and above.valid_from <= row.valid_from:
                    raise ValueError(
                        f"{row.provider} {row.model} from {row.valid_from} is never reached: put it above the row from "
                        f"{above.valid_from}"
                    )
        return self


@dataclass(frozen=True, slots=True)
class PriceList:
    """Rows in the order of their file: the first that fits and is valid today decides. `version` names its content."""

    rows: tuple[PriceRow, ...] = ()
    version: str = ""

    def __bool__(self) -> bool:
        return bool(self.rows)

    def find(self, names: tuple[str, ...], llm: str, today: date) -> PriceRow | None:
        return next((row for row in self.rows if row.fits(names, llm, today)), None)


def read_price_list(path: str) -> PriceList:
    """Empty without a path. Raises ConfigurationError that names the line and the cure."""
    if not path:
        return PriceList()
    try:
        rows = read_yaml(Path(path)).read_as(_PriceFile).prices
    except ConfigurationError as error:
        raise ConfigurationError(f"PRICES_FILE: {error}") from None
    return PriceList(rows, hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12])


class Priced(Wrapped):
    """A provider whose LLMs the operator has priced, wholly or in part. What the vendor itself charges comes first."""

    def __init__(self, inner: Provider, prices: PriceList, today: Callable[[], date], *, host: str = "") -> None:
        super().__init__(inner)
        self._prices = prices
        self._today = today
        self._names = tuple(name for name in (inner.name, host) if name)

    def price(self, completion: Completion, llm: str) -> Cost:
        if completion.reported_cost is None:
            for name in dict.fromkeys((completion.llm, llm)):
                row = self._prices.find(self._names, name, self._today()) if name else None
                amount = None if row is None else row.cost_of(completion.usage)
                if amount is not None:
                    return Cost(amount, "override", self._prices.version)
        return self.inner.price(completion, llm)
