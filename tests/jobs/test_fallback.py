"""A turn whose provider fails is answered by the next of the chain; who answered, why and at what cost is on record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from agent.agent import Agent, Limits
from agent.base import Completion, CompletionRequest, Cost, Usage
from agent.providers.completions import CompletionsProvider
from agent.providers.fallback import Fallback, Link
from agent.providers.messages import MessagesProvider
from agent.providers.sdk_client import Endpoint
from bot.doctor.refusals import check_refusals
from jobs.runtime import set_services
from models.errors import ProviderError, ProviderErrorKind
from models.money.budget import Budgets
from tests.fakes import Killed, OneAgent, ScriptedProvider, wish
from tests.jobs.house import House, counting_tool
from tests.standins.llm import Fault, StandInLlm
from tests.standins.llm_wires import Says, Wish

ROWS = """SELECT step, number, provider, llm_requested, status, error_kind, instead_of FROM completion
    ORDER BY step, attempt, number"""


@dataclass
class Other(ScriptedProvider):
    """The second provider of the chain, at another price."""

    name: str = "other"
    amount: Decimal = Decimal("0.004")

    def price(self, completion: Completion, llm: str) -> Cost:
        return Cost(self.amount, "override", "v2")


def failing(*kinds: ProviderErrorKind, retry_after: float | None = None) -> list[ProviderError]:
    return [ProviderError("no", kind=kind, retry_after=retry_after) for kind in kinds]


@pytest.fixture
def other(house: House) -> Other:
    second = Other()
    use(house, [Link(house.provider, "small", "scripted"), Link(second, "large", "other")])
    return second


def use(house: House, links: Sequence[Link], budgets: Budgets | None = None) -> None:
    tools = {"count_up": counting_tool(house.tool_calls)}
    agent = Agent(Fallback(links), "small", tools, Limits(steps=4), house.clock)
    house.agent = agent
    house.services = replace(house.services, agents=OneAgent(agent), budgets=budgets)
    set_services(house.services)


def test_the_next_answers_and_the_record_says_why(house: House, other: Other) -> None:
    house.provider.script = [*failing("overloaded")]
    house.advance(house.say("oi", "m1"))
    assert house.sent == ["echo: oi"]
    assert house.rows(ROWS) == [
        (0, 0, "scripted", "small", "failed", "overloaded", ""),
        (0, 1, "other", "large", "done", "", "scripted: overloaded"),
    ]
    assert house.rows("SELECT provider, cost FROM run WHERE status = 'done'") == [("other", Decimal("0.004"))]
    assert house.rows("SELECT cost, cost_source, price_version FROM completion WHERE status = 'done'") == [
        (Decimal("0.004"), "override", "v2")
    ]


def test_a_key_that_is_refused_is_told_though_another_answers(
    house: House, other: Other, caplog: pytest.LogCaptureFixture
) -> None:
    assert check_refusals(house.engine).state == "ok"
    house.provider.script = [*failing("billing")]
    house.advance(house.say("oi", "m1"))
    assert house.sent == ["echo: oi"]
    assert [line.getMessage() for line in caplog.records if line.levelname == "ERROR"] == [
        "a provider refused: scripted"
    ]
    finding = check_refusals(house.engine)
    assert (finding.state, finding.words) == ("warn", "refused in 7 days: scripted: billing (1 calls)")


def test_a_tool_runs_once_whoever_wished_for_it_and_the_run_stays_with_who_answers(house: House, other: Other) -> None:
    house.provider.script = [wish("count_up"), *failing("timeout")]
    other.script = ["42"]
    house.advance(house.say("oi", "m1"))
    assert (house.sent, len(house.tool_calls)) == (["42"], 1)
    asked = other.requests[0].messages
    assert [line.provider for line in asked if line.role == "assistant"] == ["scripted"], (
        "its opaque state is another's"
    )
    assert [row[:3] for row in house.rows(ROWS)] == [(0, 0, "scripted"), (1, 0, "scripted"), (1, 1, "other")]


def test_who_failed_is_not_asked_again_in_the_same_run(house: House, other: Other) -> None:
    house.provider.script = [*failing("timeout")]
    other.script = [wish("count_up"), "42"]
    house.advance(house.say("oi", "m1"))
    assert house.sent == ["42"]
    assert len(house.provider.requests) == 1
    assert house.rows(ROWS)[-1] == (1, 0, "other", "large", "done", "", "scripted: left alone")


@pytest.mark.parametrize(("kind", "cost"), [("timeout", Decimal("0.001")), ("overloaded", None)])
def test_a_try_that_may_have_been_billed_stands_as_an_estimate(
    house: House, other: Other, kind: ProviderErrorKind, cost: Decimal | None
) -> None:
    house.provider.script = [*failing(kind)]
    house.advance(house.say("oi", "m1"))
    source = "estimated" if cost else ""
    assert house.rows("SELECT cost, cost_source FROM completion WHERE status = 'failed'") == [(cost, source)]


def test_the_books_hold_what_both_may_have_cost(house: House, other: Other) -> None:
    budgets = Budgets(Decimal(1), None, None, timezone="America/Sao_Paulo")
    use(house, house.agent.links, budgets)
    house.provider.script = [*failing("timeout")]
    house.advance(house.say("oi", "m1"))
    assert house.rows("SELECT spent, reserved FROM budget WHERE kind = 'day'") == [(Decimal("0.005"), Decimal(0))]
    assert house.rows("SELECT count(*) FROM budget_hold") == [(0,)]


def test_a_provider_that_is_left_alone_is_passed_over_without_being_asked(house: House, other: Other) -> None:
    house.provider.script = [*failing("timeout", "timeout", "timeout")]
    stored = [house.say("oi", f"m{number}", sender=f"+55119999900{number:02}") for number in range(5)]
    for one in stored:
        house.advance(one)
    assert house.sent == ["echo: oi"] * 5
    assert len(house.provider.requests) == 3
    tenant = house.account.tenant_id
    assert house.rows("SELECT name, failures FROM rest") == [(f"llm/{tenant}/scripted", 3)]


def test_one_turn_finds_out_and_the_others_stay_with_the_next(house: House, other: Other) -> None:
    house.provider.script = [*failing("timeout", "timeout", "timeout")]
    stored = [house.say("oi", f"m{number}", sender=f"+55119999900{number:02}") for number in range(6)]
    for one in stored[:3]:
        house.advance(one)
    house.run("UPDATE rest SET rests_until = now() - interval '1 second'")

    def let_others_come(request: CompletionRequest) -> Completion:
        house.advance(stored[4])
        return Completion("back", usage=Usage(1, 1))

    house.provider.script = [let_others_come]
    house.advance(stored[3])
    assert house.sent[-2:] == ["echo: oi", "back"], "while one finds out, another is answered by the next"
    assert house.rows("SELECT count(*) FROM rest") == [(0,)]
    house.advance(stored[5])
    assert len(house.provider.requests) == 5


def test_another_tenants_troubles_are_its_own(house: House, other: Other) -> None:
    house.run(
        "INSERT INTO rest (name, failures, rests_until) "
        "VALUES ('llm/01900000-0000-7000-8000-000000000000/scripted', 9, now() + interval '1 minute')"
    )
    house.advance(house.say("oi", "m1"))
    assert (len(house.provider.requests), len(other.requests)) == (1, 0)


def test_when_all_are_left_alone_the_turn_waits_without_asking_anybody(house: House, other: Other) -> None:
    house.provider.script = [*failing("rate_limit", retry_after=100)]
    other.script = [*failing("rate_limit", retry_after=40)]
    first, second = (house.say("oi", f"m{number}", sender=f"+551199999000{number}") for number in range(2))
    began = house.now()
    house.advance(first)
    house.advance(second)
    assert (len(house.provider.requests), len(other.requests)) == (1, 1)
    tries_at = [at for (at,) in house.rows("SELECT next_try_at FROM turn")]
    assert began + timedelta(seconds=40) <= min(tries_at), "until the first of them may be asked"
    assert max(tries_at) < house.now() + timedelta(seconds=55)
    house.make_due()
    house.advance(first)
    house.advance(second)
    assert house.sent == ["echo: oi"] * 2


def test_a_killed_turn_resumes_behind_the_answer_of_the_fallback(house: House, other: Other) -> None:
    house.provider.script = [*failing("server")]
    other.script = [wish("count_up"), Killed()]
    stored = house.say("oi", "m1")
    with pytest.raises(Killed):
        house.advance(stored)
    house.let_leases_expire()
    house.make_due()
    house.provider.script = ["42"]
    house.advance(stored)
    assert (house.sent, len(house.tool_calls)) == (["42"], 1)
    [line] = [line for line in house.provider.requests[-1].messages if line.role == "assistant"]
    assert line.provider == "other"
    assert house.rows("SELECT cost FROM run WHERE status = 'done'") == [(Decimal("0.005"),)]


def test_a_mistake_of_the_llm_is_shown_to_it_once_and_both_tries_are_on_record(house: House) -> None:
    house.provider.script = [*failing("tool_call_invalid"), "pronto"]
    house.advance(house.say("oi", "m1"))
    assert house.sent == ["pronto"]
    assert [row[:2] + row[4:6] for row in house.rows(ROWS)] == [
        (0, 0, "failed", "tool_call_invalid"),
        (0, 1, "done", ""),
    ]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", 529, "overloaded_error"),
        Fault("status", 401, "invalid_api_key"),
        Fault("garbage"),
        Fault("cut"),
        Fault("hang"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
def test_over_the_wire_another_vendor_goes_on_in_the_middle_of_a_turn(house: House, fault: Fault) -> None:
    patience = 3.0 if fault.kind == "hang" else 30.0  # seconds; only silence is waited for to its end
    with StandInLlm() as first, StandInLlm() as second:
        anthropic = MessagesProvider("anthropic", Endpoint(first.url, "key-of-the-first", patience), llm="a-large")
        compatible = CompletionsProvider("openai-compatible", Endpoint(second.url, "none"), llm="b-large")
        use(house, [Link(anthropic, "a-large", "anthropic"), Link(compatible, "b-large", "openai-compatible")])
        second.script.append(Says("42"))
        answer_once(first, Says(wishes=(Wish("count_up", {}),)), fault)
        house.advance(house.say("oi", "m1"))
        anthropic.close()
        compatible.close()
    assert (house.sent, len(house.tool_calls)) == (["42"], 1)
    assert [row[:3] for row in house.rows(ROWS)] == [
        (0, 0, "anthropic"),
        (1, 0, "anthropic"),
        (1, 1, "openai-compatible"),
    ]
    assert house.rows("SELECT provider FROM run WHERE status = 'done'") == [("openai-compatible",)]


def answer_once(server: StandInLlm, says: Says, fault: Fault) -> None:
    """The second request meets the fault."""

    def answer(asked: object) -> Says:
        server.faults.append(fault)
        return says

    server.answer = answer
