"""A cost is the vendor's figure, the table's, or unknown: never a guess and never zero for want of a price."""

from decimal import Decimal

import pytest

from agent.base import Completion, Cost, Usage
from agent.providers.pricing import UNKNOWN, price_completion, read_reported_cost
from agent.providers.profiles import PROFILES

USAGE = Usage(input=1_000, output=100)
OPENAI_LLM = PROFILES["openai"].default_llm
ANTHROPIC_LLM = PROFILES["anthropic"].default_llm


def _price(llm: str, provider: str | None, usage: Usage = USAGE, served: str = "") -> Cost:
    return price_completion(Completion("Olá", usage=usage, llm=served), llm, provider)


@pytest.mark.parametrize("name", sorted(n for n, row in PROFILES.items() if row.dialect and row.dialect.price_provider))
def test_the_default_llm_of_every_vendor_has_a_price(name: str) -> None:
    profile = PROFILES[name]
    assert profile.dialect is not None
    cost = _price(profile.default_llm, profile.dialect.price_provider)
    assert cost.source == "price_table"
    assert isinstance(cost.amount, Decimal)
    assert cost.amount > 0


def test_the_served_name_is_priced_before_the_one_asked_for() -> None:
    assert _price(OPENAI_LLM, "openai", served="gpt-4o") == _price("gpt-4o", "openai")
    assert _price("gpt-4o", "openai") != _price(OPENAI_LLM, "openai")


def test_a_served_name_that_the_table_does_not_know_falls_back_to_the_one_asked_for() -> None:
    assert _price(OPENAI_LLM, "openai", served="a-name-of-next-year") == _price(OPENAI_LLM, "openai")


def test_cached_tokens_cost_less_than_fresh_ones_and_cache_writes_more() -> None:
    fresh = _price(ANTHROPIC_LLM, "anthropic").amount
    cached = _price(ANTHROPIC_LLM, "anthropic", Usage(input=1_000, output=100, cached=900)).amount
    written = _price(ANTHROPIC_LLM, "anthropic", Usage(input=1_000, output=100, cache_write=900)).amount
    assert fresh is not None
    assert cached is not None
    assert written is not None
    assert cached < fresh < written


@pytest.mark.parametrize(
    ("llm", "provider", "usage"),
    [
        (OPENAI_LLM, None, USAGE),
        ("a-name-of-next-year", "openai", USAGE),
        ("", "openai", USAGE),
        (OPENAI_LLM, "a-vendor-of-next-year", USAGE),
        (OPENAI_LLM, "openai", Usage()),
        (OPENAI_LLM, "openai", Usage(input=1_000)),
        (OPENAI_LLM, "openai", Usage(input=10, output=1, cached=1_000)),
    ],
    ids=["unknown host", "unknown LLM", "no name", "unknown vendor", "no usage", "half a usage", "contradiction"],
)
def test_what_can_not_be_priced_is_unknown_and_not_free(llm: str, provider: str | None, usage: Usage) -> None:
    assert _price(llm, provider, usage) == UNKNOWN == Cost(None, "unknown")


def test_the_vendors_own_figure_wins() -> None:
    completion = Completion("Olá", usage=USAGE, reported_cost=Decimal("0.00042"))
    assert price_completion(completion, OPENAI_LLM, "openai") == Cost(Decimal("0.00042"), "provider_reported")


@pytest.mark.parametrize(
    ("usage", "amount"),
    [
        ({"cost": 0.00042, "cost_details": {}}, Decimal("0.00042")),
        ({"cost": 0, "cost_details": {}, "is_byok": False}, Decimal(0)),
        ({"cost": 0.001, "cost_details": {"upstream_inference_cost": 0.02}, "is_byok": True}, Decimal("0.021")),
        ({"cost": 0.001, "cost_details": {}, "is_byok": True}, None),
        ({"cost": 12}, None),
        ({"cost": -1, "cost_details": {}}, None),
        ({"cost": "NaN", "cost_details": {}}, None),
        ({"cost": "much", "cost_details": {}}, None),
        ({"cost": True, "cost_details": {}}, None),
        ({}, None),
    ],
)
def test_a_reported_cost_is_taken_only_in_the_form_that_is_known_to_be_dollars(
    usage: dict[str, object], amount: Decimal | None
) -> None:
    assert read_reported_cost(usage) == amount
