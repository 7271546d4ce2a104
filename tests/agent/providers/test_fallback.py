"""A chain asks the next provider when one fails, says why, and never lets rules answer in an LLM's place."""

from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest

from agent.base import ChatMessage, Completion, CompletionRequest, Cost, Usage
from agent.providers.address import provider_address
from agent.providers.fallback import Fallback, Link, RunBreaker, links_of
from models.errors import ConfigurationError, ProviderError
from models.retry_policy import RETRY_POLICIES, ProviderErrorKind
from tests.fakes import ScriptedProvider, Step

ASK = CompletionRequest("", (ChatMessage("user", "oi"),))


def failure(kind: ProviderErrorKind, retry_after: float | None = None) -> ProviderError:
    return ProviderError(f"said {kind}", kind=kind, retry_after=retry_after)


def chain(*scripts: list[Step], breaker: RunBreaker | None = None) -> tuple[Fallback, list[ScriptedProvider]]:
    providers = [ScriptedProvider(script, name=f"p{number}") for number, script in enumerate(scripts)]
    links = [Link(one, f"{one.name}-large", one.name) for one in providers]
    return Fallback(links, breaker), providers


def asked(providers: list[ScriptedProvider]) -> list[int]:
    return [len(provider.requests) for provider in providers]


def test_the_first_answers_under_its_own_name_and_llm() -> None:
    fallback, providers = chain(["oi"], ["never"])
    completion = fallback.complete(ASK)
    assert (completion.text, completion.provider) == ("oi", "p0")
    assert asked(providers) == [1, 0]
    assert providers[0].requests[0].llm == "p0-large"


def test_the_next_is_asked_for_its_own_llm_and_told_why() -> None:
    fallback, providers = chain([failure("overloaded")], [failure("auth")], ["oi"])
    completion = fallback.complete(ASK)
    assert (completion.text, completion.provider) == ("oi", "p2")
    [request] = providers[2].requests
    assert (request.llm, request.instead_of) == ("p2-large", "p0: overloaded; p1: auth")


@pytest.mark.parametrize("kind", get_args(ProviderErrorKind))
def test_which_failures_another_provider_may_mend(kind: ProviderErrorKind) -> None:
    policy = RETRY_POLICIES[kind]
    fallback, providers = chain([failure(kind), failure(kind)], ["oi"])
    if policy.elsewhere:
        assert fallback.complete(ASK).provider == "p1"
    else:
        with pytest.raises(ProviderError, match=kind):
            fallback.complete(ASK)
    tries = 2 if policy.again == "corrected" else 1
    assert asked(providers) == [tries, int(policy.elsewhere)]


def test_an_llm_is_told_once_what_was_wrong_with_its_call() -> None:
    fallback, providers = chain([failure("tool_call_invalid"), "oi"])
    assert fallback.complete(ASK).text == "oi"
    first, second = providers[0].requests
    assert second.messages[:-1] == first.messages
    assert "said tool_call_invalid" in second.messages[-1].content


def test_who_failed_in_a_run_is_not_asked_again_in_it() -> None:
    fallback, providers = chain([failure("timeout")], [], breaker=RunBreaker())
    assert [fallback.complete(ASK).provider for _ in range(2)] == ["p1", "p1"]
    assert asked(providers) == [1, 2]


def test_without_a_run_each_call_begins_at_the_first() -> None:
    fallback, _ = chain([failure("timeout")], [])
    assert [fallback.complete(ASK).provider for _ in range(2)] == ["p1", "p0"]


@pytest.mark.parametrize(
    ("errors", "kind", "retry_after"),
    [
        ([("auth", None), ("overloaded", None)], "overloaded", None),
        ([("rate_limit", 60.0), ("rate_limit", 5.0)], "rate_limit", 5.0),
        ([("rate_limit", 60.0), ("server", None)], "server", None),
        ([("auth", None), ("billing", None)], "auth", None),
    ],
)
def test_when_all_fail_what_may_pass_soonest_is_said(
    errors: list[tuple[ProviderErrorKind, float | None]], kind: str, retry_after: float | None
) -> None:
    fallback, _ = chain(*[[failure(*error)] for error in errors])
    with pytest.raises(ProviderError) as caught:
        fallback.complete(ASK)
    assert (caught.value.kind, caught.value.retry_after) == (kind, retry_after)
    assert f"p0: {errors[0][0]}; p1: {errors[1][0]}" in str(caught.value)


def test_a_chain_of_one_fails_as_its_provider_does() -> None:
    error = failure("server")
    fallback, _ = chain([error])
    with pytest.raises(ProviderError) as caught:
        fallback.complete(ASK)
    assert caught.value is error


def test_while_the_rest_is_at_rest_the_shortest_pause_is_said() -> None:
    class Resting(RunBreaker):
        def pause(self, address: str) -> float | None:
            return {"p0": 20.0, "p1": 7.0}.get(address)

    fallback, providers = chain([], [], [failure("bad_request")], breaker=Resting())
    with pytest.raises(ProviderError, match="p0: left alone; p1: left alone; p2: bad_request") as caught:
        fallback.complete(ASK)
    assert (caught.value.permanent, caught.value.retry_after) == (False, 7.0)
    assert asked(providers) == [0, 0, 1]


def test_rules_never_stand_in_for_an_llm() -> None:
    rules = Link(ScriptedProvider(engine="offline"), "", "offline")
    with pytest.raises(ConfigurationError, match="offline"):
        Fallback([Link(ScriptedProvider(), "a", "a"), rules])


def test_nobody_stands_twice_in_a_chain() -> None:
    link = Link(ScriptedProvider(), "a", "a")
    with pytest.raises(ConfigurationError, match="twice"):
        Fallback([link, replace(link, llm="b")])


def test_whoever_answered_says_the_price() -> None:
    class Dear(ScriptedProvider):
        def price(self, completion: Completion, llm: str) -> Cost:
            return Cost(Decimal(7), "override", llm)

    fallback = Fallback([Link(ScriptedProvider(), "a", "a"), Link(Dear(name="dear"), "b", "b")])
    answered = Completion("", usage=Usage(1, 1))
    assert fallback.price(answered, "x") == Cost(Decimal("0.001"), "price_table")
    assert fallback.price(replace(answered, provider="dear"), "x") == Cost(Decimal(7), "override", "b")


def test_each_has_limits_of_its_own_and_no_other_ones() -> None:
    """A server of one's own may be slower than a vendor, and a small LLM may say less at once."""
    fast, slow = ScriptedProvider([failure("overloaded")], name="fast"), ScriptedProvider(["oi"], name="slow")
    request = replace(ASK, timeout=30.0, max_output_tokens=2048)
    Fallback([Link(fast, "a", "fast"), Link(slow, "b", "slow", 300.0, 512)]).complete(request)
    limits = [(one.timeout, one.max_output_tokens) for one in (*fast.requests, *slow.requests)]
    assert limits == [(30.0, 2048), (300.0, 512)]


def test_the_same_name_at_another_server_is_somebody_else() -> None:
    assert provider_address("openai") == "openai"
    assert provider_address("openai-compatible", "http://key@Localhost:11434/v1") == "openai-compatible@localhost:11434"


def test_any_provider_is_a_chain_of_one() -> None:
    provider = ScriptedProvider()
    assert links_of(provider, "llm") == (Link(provider, "llm", "scripted"),)
    fallback, _ = chain([], [])
    assert links_of(fallback, "llm") == fallback.links
