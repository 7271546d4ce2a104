"""A chain's turn on record: each step in its row, none paid twice whenever a worker dies; a budget ends it politely."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from agent.agent import Agent, Limits
from agent.base import Completion, Cost
from agent.chain import Chain, Part, Polish, Route, Specialist, name_of_step
from agent.providers.fallback import Fallback, Link
from agent.providers.messages import MessagesProvider
from agent.providers.registry import build_provider
from agent.providers.sdk_client import Endpoint
from agent.system_text import Brief
from jobs.runtime import set_services
from models.catalogue import Catalogue
from models.errors import ProviderError
from models.faultpoint import set_fault_hook
from models.money.budget import Budgets
from tests.fakes import Killed, OneAgent, ScriptedProvider, wish
from tests.jobs.house import House, counting_tool
from tests.standins.llm import StandInLlm
from tests.standins.llm_wires import Says, Wish

ROWS = """SELECT step, chain_step, provider, status FROM completion ORDER BY step, attempt, number"""
STEPS = [
    (0, "route", "router", "done"),
    (1, "specialist:stock", "scripted", "done"),
    (2, "specialist:stock", "scripted", "done"),
    (3, "polish", "polisher", "done"),
]


@dataclass
class Dear(ScriptedProvider):
    """A provider at a price of its own."""

    amount: Decimal = Decimal("0.001")

    def price(self, completion: Completion, llm: str) -> Cost:
        return Cost(self.amount, "override", "v1")


@dataclass
class Crew:
    router: Dear
    polisher: Dear


@pytest.fixture
def crew(house: House) -> Crew:
    found = Crew(Dear(name="router"), Dear(name="polisher"))
    found.router.script = [wish("choose_specialist", specialist="stock")]
    house.provider.script = [wish("count_up"), "São 42."]
    found.polisher.script = ["Bom dia! São **42**."]
    chain = Chain(
        {name: Specialist(Part(house.provider, "large", name_of_step(name)), Brief()) for name in ("sales", "stock")},
        "sales",
        Route(Part(found.router, "small", "route")),
        Polish(Part(found.polisher, "fine", "polish"), Brief("polish-1")),
    )
    use(house, chain)
    return found


def no_names(situation: object) -> Catalogue:
    raise AssertionError("only the offline engine looks for names")


def use(house: House, chain: Chain, budgets: Budgets | None = None) -> None:
    tools = {"count_up": counting_tool(house.tool_calls)}
    agent = Agent(house.provider, "large", tools, Limits(steps=4), house.clock, chain=chain)
    house.agent = agent
    house.services = replace(house.services, agents=OneAgent(agent), budgets=budgets)
    set_services(house.services)


@pytest.fixture
def mortal() -> Iterator[None]:
    yield
    set_fault_hook(None)


def die_at(point: str, number: int) -> None:
    """The process dies when it comes there for that time."""
    met = 0

    def hook(name: str) -> None:
        nonlocal met
        if name == point:
            met += 1
            if met == number:
                raise Killed

    set_fault_hook(hook)


def test_each_step_has_its_row_and_its_number(house: House, crew: Crew) -> None:
    house.advance(house.say("oi", "m1"))
    assert house.sent == ["Bom dia! São **42**."]
    assert house.rows(ROWS) == STEPS
    assert house.rows("SELECT provider, steps, cost, error FROM run") == [("scripted", 4, Decimal("0.004"), "")]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("point", ["llm.opened", "llm.journalled"])
def test_a_worker_that_dies_in_any_step_is_followed_by_one_that_pays_for_none_again(
    house: House, crew: Crew, mortal: None, point: str, number: int
) -> None:
    stored = house.say("oi", "m1")
    die_at(point, number)
    with pytest.raises(Killed):
        house.advance(stored)
    set_fault_hook(None)
    house.let_leases_expire()
    house.advance(stored)
    assert house.sent == ["Bom dia! São **42**."]
    calls = (len(crew.router.requests), len(house.provider.requests), len(crew.polisher.requests))
    assert calls == (1, 2, 1)
    assert len(house.tool_calls) == 1
    assert [row for row in house.rows(ROWS) if row[3] == "done"] == STEPS


@pytest.mark.parametrize("point", ["tool.journalled", "answer.written"])
def test_the_tools_work_is_not_done_again_either(house: House, crew: Crew, mortal: None, point: str) -> None:
    stored = house.say("oi", "m1")
    die_at(point, 1)
    with pytest.raises(Killed):
        house.advance(stored)
    set_fault_hook(None)
    house.let_leases_expire()
    house.advance(stored)
    assert (house.sent, len(house.tool_calls)) == (["Bom dia! São **42**."], 1)
    assert house.rows(ROWS) == STEPS


def test_who_began_without_a_choice_goes_on_whoever_would_be_chosen_now(house: House, crew: Crew, mortal: None) -> None:
    """The route failed, the default one answered half-way, and the worker died: the next has its steps to go on."""
    crew.router.script = [ProviderError("no", kind="overloaded"), wish("choose_specialist", specialist="stock")]
    stored = house.say("oi", "m1")
    die_at("tool.journalled", 1)
    with pytest.raises(Killed):
        house.advance(stored)
    set_fault_hook(None)
    house.let_leases_expire()
    house.advance(stored)
    assert len(crew.router.requests) == 1
    assert [row[:2] for row in house.rows(ROWS)] == [
        (0, "route"),
        (1, "specialist:sales"),
        (2, "specialist:sales"),
        (3, "polish"),
    ]
    assert house.rows("SELECT error FROM run WHERE status = 'done'") == [("route: begun without",)]


def test_a_specialist_that_fails_puts_the_turn_off_and_the_choice_stands(house: House, crew: Crew) -> None:
    house.provider.script = [ProviderError("no", kind="overloaded"), wish("count_up"), "São 42."]
    stored = house.say("oi", "m1")
    house.advance(stored)
    assert house.sent == []
    house.make_due()
    house.advance(stored)
    assert house.sent == ["Bom dia! São **42**."]
    assert len(crew.router.requests) == 1


def test_a_polish_that_fails_is_on_record_and_the_answer_goes_out(house: House, crew: Crew) -> None:
    crew.polisher.script = [ProviderError("no", kind="auth")]
    house.advance(house.say("oi", "m1"))
    assert house.sent == ["São 42."]
    assert house.rows("SELECT error FROM run") == [("polish: auth",)]
    assert house.rows(ROWS)[-1] == (3, "polish", "polisher", "failed")


@pytest.mark.parametrize(
    ("day", "said", "steps"),
    [
        ("0.0005", "limite de uso", []),  # not even the choice can be paid for
        ("0.0015", "limite de uso", ["route"]),
        ("0.0035", "São 42.", ["route", "specialist:stock", "specialist:stock"]),
        ("0.0045", "Bom dia! São **42**.", ["route", "specialist:stock", "specialist:stock", "polish"]),
    ],
)
def test_a_budget_ends_it_politely_at_whatever_step(
    house: House, crew: Crew, day: str, said: str, steps: list[str]
) -> None:
    use(house, house.agent.chain, Budgets(Decimal(day), None, None, "America/Sao_Paulo"))
    house.advance(house.say("oi", "m1"))
    [sent] = house.sent
    assert said in sent
    assert [row[1] for row in house.rows(ROWS) if row[3] == "done"] == steps
    [(spent,)] = house.rows("SELECT coalesce(sum(cost), 0) FROM completion WHERE status = 'done'")
    assert spent <= Decimal(day)


def test_a_chain_goes_over_the_wires_of_several_vendors(house: House) -> None:
    with StandInLlm() as fast, StandInLlm() as deep:
        groq = build_provider("groq", api_key="gsk-key", base_url=fast.url, llm="small", catalogue=no_names, timeout=5)
        anthropic = MessagesProvider("anthropic", Endpoint(deep.url, "key-of-the-other"), llm="large")
        fast.script += [
            Says(wishes=(Wish("choose_specialist", {"specialist": "stock"}),)),
            Says("Bom dia! São 42."),
        ]
        deep.script += [Says(wishes=(Wish("count_up", {}),)), Says("São 42.")]
        line = Fallback([Link(anthropic, "large", "anthropic")])
        chain = Chain(
            {name: Specialist(Part(line, "large", name_of_step(name)), Brief()) for name in ("sales", "stock")},
            "sales",
            Route(Part(groq, "small", "route", 5.0, 100)),
            Polish(Part(groq, "small", "polish", 5.0, 300), Brief("polish-1")),
        )
        use(house, chain)
        house.advance(house.say("oi", "m1"))
        groq.close()
        anthropic.close()
        asked = [*fast.history]
    assert house.sent == ["Bom dia! São 42."]
    assert [row[:3] for row in house.rows(ROWS)] == [
        (0, "route", "groq"),
        (1, "specialist:stock", "anthropic"),
        (2, "specialist:stock", "anthropic"),
        (3, "polish", "groq"),
    ]
    assert [list(one.tools) for one in asked] == [["choose_specialist"], []]
