"""Whether it is known what the LLMs cost: those configured, and those that answered lately."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Engine

from agent.base import Completion, Provider, Usage
from bot.doctor.findings import Finding, doubtful, well
from models.session import session_scope
from models.usage import find_unpriced

_MILLION = 1_000_000
_DAYS = 30
_CURE = (
    "write its price into the file that PRICES_FILE names (docs/llm.md), 0 for a server of your own; until then "
    "budgets count it as a dear one"
)


def check_price(provider: Provider, llm: str) -> Finding:
    """What a million tokens in and a million out would cost just now."""
    if provider.engine == "offline":
        return well("prices", "the offline engine costs nothing")
    rates = [_rate(provider, llm, Usage(_MILLION, 0)), _rate(provider, llm, Usage(0, _MILLION))]
    if None in rates:
        return doubtful("prices", f"no price is known for {llm} at {provider.name}", _CURE)
    source = provider.price(Completion("", usage=Usage(1, 1)), llm)
    spelt = " in, ".join(f"{rate.normalize():f}" for rate in rates if rate is not None)
    return well("prices", f"{llm}: {spelt} out, USD per million tokens ({source.source} {source.version})")


def _rate(provider: Provider, llm: str, usage: Usage) -> Decimal | None:
    return provider.price(Completion("", usage=usage), llm).amount


def check_unpriced(engine: Engine) -> Finding:
    """Calls on record whose cost nobody knows."""
    with session_scope(engine) as connection:
        found = find_unpriced(connection, timedelta(days=_DAYS))
    if not found:
        return well("costs", f"every call of {_DAYS} days has its cost")
    words = ", ".join(f"{count} of {llm} at {provider}" for provider, llm, count in found[:5])
    return doubtful("costs", f"calls of {_DAYS} days without a known price: {words}", _CURE)
