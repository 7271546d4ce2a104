"""What a completion cost in USD: the vendor's own figure first, else the price table, else unknown and never 0."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from typing import Any

from agent.base import Completion, Cost, Usage
from agent.providers.vendor_json import as_amount

UNKNOWN = Cost(None, "unknown")
LOCAL_ZERO = Cost(Decimal(0), "local_zero")


def load_prices() -> Any:
    """The price table's module, imported on first use: the web door never needs it."""
    import genai_prices

    return genai_prices


@cache
def table_version() -> str:
    """The release of the price table."""
    return version("genai-prices")


def read_reported_cost(usage: Mapping[str, Any]) -> Decimal | None:
    """The charge in USD that OpenRouter writes into its usage, or None.

    `cost_details` tells its `cost` from other hosts' figures in units of their own. With the customer's own key
    (`is_byok`) the `cost` is OpenRouter's fee, and the upstream vendor charges the rest.
    """
    details = usage.get("cost_details")
    charged = as_amount(usage.get("cost"))
    if charged is None or not isinstance(details, Mapping):
        return None
    if usage.get("is_byok") is not True:
        return charged
    upstream = as_amount(details.get("upstream_inference_cost"))
    return None if upstream is None else charged + upstream


def price_completion(completion: Completion, llm: str, price_provider: str | None) -> Cost:
    """The cost by the name that was served, else by the one asked for. Never raises.

    `price_provider` is the price table's name of who runs the LLM; None is nobody we know. The same name of an LLM
    has another price at each host, so without the host there is no price.
    """
    if completion.reported_cost is not None:
        return Cost(completion.reported_cost, "provider_reported")
    if price_provider is None or completion.usage.input is None or completion.usage.output is None:
        return UNKNOWN
    for name in dict.fromkeys((completion.llm, llm)):
        amount = _find_amount(completion.usage, name, price_provider) if name else None
        if amount is not None:
            return Cost(amount, "price_table", table_version())
    return UNKNOWN


def _find_amount(usage: Usage, llm: str, price_provider: str) -> Decimal | None:
    prices = load_prices()
    spent = {"input_tokens": usage.input, "output_tokens": usage.output}
    if usage.cached:
        spent["cache_read_tokens"] = usage.cached
    if usage.cache_write:
        spent["cache_write_tokens"] = usage.cache_write
    try:
        amount = prices.calc_price(prices.Usage(**spent), llm, provider_id=price_provider).total_price
    except (LookupError, ValueError, ArithmeticError):
        return None  # an LLM newer than the table, or figures that contradict one another
    return amount if isinstance(amount, Decimal) and amount.is_finite() else None
