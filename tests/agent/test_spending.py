"""A run keeps to its limits of tokens and money, whatever its LLM does, and still ends with words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.base import Completion, CompletionRequest, Cost, Usage
from agent.providers.fallback import Fallback, Link
from agent.scratch import ScratchJournal
from agent.tokens import estimate_prompt, estimate_tools
from models.errors import ProviderError
from models.money.assumed_price import AssumedPrice
from models.retry_policy import ProviderErrorKind
from tests.agent.test_agent import agent, turn
from tests.fakes import ScriptedProvider, wish

WORDS = "limite de trabalho"


@dataclass
class Metered(ScriptedProvider):
    """Wants its tool for ever, each time with other arguments, uses what it may and charges by the token."""

    rate: Decimal | None = Decimal("0.001")  # USD per token
    charged: Decimal = Decimal(0)
    tokens: int = 0
    output: int | None = None

    def complete(self, request: CompletionRequest) -> Completion:
        self.requests.append(request)
        made = request.max_output_tokens if self.output is None else self.output
        usage = Usage(10, made)
        self.tokens += 10 + made
        self.charged += self.price(Completion("", usage=usage), "").amount or Decimal(0)
        if request.tool_choice == "none":
            return Completion("42", usage=usage)
        wished = wish("total", f"c{len(self.requests)}", period=str(len(self.requests)))
        return Completion("", tool_calls=wished.tool_calls, finish="tool_calls", usage=usage)

    def price(self, completion: Completion, llm: str) -> Cost:
        used = (completion.usage.input or 0) + (completion.usage.output or 0)
        return Cost(None, "unknown") if self.rate is None else Cost(used * self.rate, "price_table")


def run(provider: Metered, **limits: Any) -> tuple[str, str, int]:
    result = agent(provider, output_tokens=100, tool_calls=50, **limits).run(turn(), ScratchJournal())
    return result.text, result.limit, result.steps


def test_without_a_limit_nothing_is_reckoned() -> None:
    assert run(Metered(), steps=6) == ("42", "", 6)


@pytest.mark.parametrize("name", ["tokens", "usd"])
def test_the_last_call_that_fits_is_asked_for_words(name: str) -> None:
    provider = Metered(output=20)
    limits = {"tokens": {"tokens": 3000}, "usd": {"usd": Decimal("3")}}[name]
    text, limit, steps = run(provider, steps=50, **limits)
    assert (text, limit) == ("42", name)
    assert steps == len(provider.requests) < 50
    assert provider.requests[-1].tool_choice == "none"
    assert provider.tokens <= 3000
    assert provider.charged <= 3


def test_a_run_that_may_not_pay_for_a_single_call_says_so() -> None:
    provider = Metered()
    text, limit, steps = run(provider, steps=5, usd=Decimal("0.0001"))
    assert WORDS in text
    assert (limit, steps, provider.requests) == ("usd", 0, [])


def test_an_unknown_price_counts_as_a_dear_one() -> None:
    provider = Metered(rate=None, output=100)
    _, limit, steps = run(provider, steps=50, usd=Decimal("0.03"))
    assert limit == "usd"
    assert 1 <= steps <= 6, "100 tokens at 50 USD a million are half a cent"


def test_what_is_assumed_can_be_said() -> None:
    cheap = AssumedPrice(Decimal("0.01"), Decimal("0.01"))
    assert run(Metered(rate=None, output=100), steps=9, usd=Decimal("0.03"), assumed_price=cheap)[2] == 9


@settings(max_examples=60, deadline=None)
@given(
    usd=st.decimals("0.01", "5", places=3),
    tokens=st.integers(50, 6000),
    output=st.integers(0, 100),
    steps=st.integers(1, 12),
)
def test_no_run_uses_more_than_it_may(usd: Decimal, tokens: int, output: int, steps: int) -> None:
    provider = Metered(output=output)
    text, _, _ = run(provider, steps=steps, usd=usd, tokens=tokens)
    assert text
    assert provider.charged <= usd
    assert provider.tokens <= tokens


@dataclass
class Failing(Metered):
    """Fails so often before it answers; what failed may have been charged for, or surely was not."""

    failures: int = 0
    kind: ProviderErrorKind = "timeout"

    def complete(self, request: CompletionRequest) -> Completion:
        if self.failures:
            self.failures -= 1
            self.requests.append(request)
            self.charged += self.price(Completion("", usage=Usage(10, request.max_output_tokens)), "").amount or 0
            raise ProviderError("no answer", kind=self.kind)
        return super().complete(request)


def chain(*providers: Failing) -> Fallback:
    return Fallback([Link(one, "llm", f"address-{number}", 60, 100) for number, one in enumerate(providers)])


@pytest.mark.parametrize(
    ("kind", "asked", "limit"),
    [("timeout", 1, "usd"), ("truncated", 1, "usd"), ("rate_limit", 1, ""), ("connection", 1, "")],
)
def test_a_try_that_failed_counts_as_dear_as_it_may_have_been(kind: ProviderErrorKind, asked: int, limit: str) -> None:
    """There is money for one call and a half: a fallback is asked only where the try before it cost nothing."""
    first, second = Failing(failures=1, kind=kind), Failing(output=20)
    worst = Decimal("0.001") * (reckoned_prompt() + 100)
    made = agent(chain(first, second), output_tokens=100, usd=worst * Decimal("1.5"))  # type: ignore[arg-type]
    result = made.run(turn(), ScratchJournal())
    assert (len(first.requests), len(second.requests), result.limit) == (asked, 0 if limit else 1, limit or "usd")
    assert result.text


def reckoned_prompt() -> int:
    """What the prompt of these turns is taken for, the tool's words included."""
    seen = Metered()
    agent(seen, output_tokens=100).run(turn(), ScratchJournal())
    return estimate_prompt(seen.requests[0].messages) + estimate_tools(seen.requests[0].tools)
