"""A tool that only reads is not asked twice for the same over the same data, whoever asks."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from agent.agent import Agent, Limits
from agent.base import Effect, Situation, Tool, ToolContext, ToolResult
from agent.cache.results import keep_results
from jobs.cache.results import ResultShelf
from models.cache.kept_result import forget_results
from models.ids import new_id
from models.session import session_scope
from tests.fakes import OneAgent, wish
from tests.jobs.house import House, counting_tool
from tests.jobs.test_round_trips import counted_trips

FIRST, SECOND = "Quanto vendemos em março de 2026?", "Qual foi o total de março de 2026?"
HOUR = timedelta(hours=1)


@dataclass
class Shop:
    """A house whose one tool keeps its results."""

    house: House
    version: str | None = "1"
    calls: list[Any] = field(default_factory=list)
    number: int = 0

    def use(self, effect: Effect = "read", agent: str = "a", **further: Any) -> Tool:
        """The tool as the agent has it from now on."""
        plain = replace(counting_tool(self.calls), effect=effect, version=lambda tenant_id: self.version)
        tools = keep_results({"count_up": replace(plain, **further)}, ResultShelf(self.house.engine), agent, HOUR)
        made = Agent(self.house.provider, "scripted", tools, Limits(steps=4), self.house.clock)
        object.__setattr__(self.house.services, "agents", OneAgent(made))
        return tools["count_up"]

    def ask(self, text: str = FIRST, sender: str = "+5511999990000") -> None:
        self.number += 1
        self.house.provider.script = [wish("count_up"), "Foram R$ 42,00."]
        self.house.advance(self.house.say(text, f"m{self.number}", sender=sender))


@pytest.fixture
def shop(house: House) -> Shop:
    shop = Shop(house)
    shop.use()
    return shop


def test_another_question_of_another_person_gets_the_same_result_and_its_time(shop: Shop) -> None:
    shop.ask()
    shop.ask(SECOND, "+552")
    assert len(shop.calls) == 1
    first, second = shop.house.rows("SELECT result, arguments FROM tool_call ORDER BY turn_id")
    assert second.arguments == first.arguments
    read_at = shop.house.rows("SELECT read_at FROM kept_result")[0].read_at
    assert second.result.pop("reused") is True
    assert datetime.fromisoformat(second.result.pop("as_of")) == read_at.replace(microsecond=0)
    assert second.result == first.result
    shop.house.advance(shop.house.say("por que você disse isso?", "why", sender="+552"))
    assert "de uma consulta anterior" in shop.house.sent[-1]
    assert "consultado em" in shop.house.sent[-1]


@pytest.mark.parametrize(
    ("change", "calls"),
    [
        (lambda shop: None, 1),
        (lambda shop: setattr(shop, "version", "2"), 2),
        (lambda shop: setattr(shop, "version", None), 2),
        (lambda shop: shop.use(agent="b"), 2),
        (lambda shop: shop.house.clock.move(24 * 3600), 2),
        (lambda shop: shop.house.run("UPDATE kept_result SET expires_at = now()"), 2),
    ],
    ids=["nothing", "data", "nobody can tell", "agent", "day", "age"],
)
def test_whatever_a_result_hangs_on_has_it_read_anew(shop: Shop, change: Callable[[Shop], object], calls: int) -> None:
    shop.ask()
    change(shop)
    shop.ask(SECOND, "+552")
    assert len(shop.calls) == calls


def context(shop: Shop, **changes: Any) -> ToolContext:
    turn_id = shop.house.rows("SELECT id FROM turn")[0].id
    who = {"today": date(2026, 3, 2), "role": "manager", "tenant": shop.house.account.tenant_id, "person_name": "Ana"}
    beside = {name: changes.pop(name) for name in ("timezone", "language", "is_refresh") if name in changes}
    return ToolContext(Situation(**who | changes), **{"timezone": "UTC"} | beside, turn_id=turn_id)


OTHERS: list[dict[str, Any]] = [
    *({"role": "rep"}, {"salesperson": "Ana"}, {"customer": "Sol"}, {"today": date(2026, 3, 3)}),
    *({"tenant": new_id()}, {"timezone": "Europe/Lisbon"}, {"language": "en"}, {"is_refresh": True}),
]


@pytest.mark.parametrize("other", OTHERS, ids=[next(iter(other)) for other in OTHERS])
def test_nobody_gets_what_was_read_through_other_eyes(shop: Shop, other: dict[str, Any]) -> None:
    shop.ask()
    tool, before = shop.use(), len(shop.calls)
    tool.call(context(shop), {"of": 1})
    tool.call(context(shop, person_name="Bia"), {"of": 1})
    assert len(shop.calls) == before + 1, "a name changes nothing where the source tells its version"
    tool.call(context(shop, **other), {"of": 1})
    tool.call(context(shop), {"of": 2})
    assert len(shop.calls) == before + 3


def test_what_says_for_how_long_is_kept_so_long_for_each_by_name(shop: Shop) -> None:
    shop.ask()
    tool, before = shop.use(version=None, cache_for=timedelta(seconds=60)), len(shop.calls)
    for name in ("Ana", "Ana", "Bia"):
        tool.call(context(shop, person_name=name), {"of": 1})
    assert len(shop.calls) == before + 2
    lives = shop.house.rows("SELECT DISTINCT expires_at - read_at FROM kept_result WHERE arguments <> '{}'")
    assert lives == [(timedelta(seconds=60),)]


def test_an_answer_out_of_a_result_of_some_age_is_not_kept_for_its_whole_time_again(shop: Shop) -> None:
    shop.use(version=None, cache_for=timedelta(seconds=60))
    shop.ask()
    shop.ask(SECOND)
    assert len(shop.calls) == 1
    assert shop.house.rows("SELECT count(*) FROM cached_answer WHERE turn_id IS NOT NULL") == [(1,)]


def test_whoever_wishes_for_it_has_everything_looked_up_anew(shop: Shop) -> None:
    shop.ask()
    shop.ask(f"atualizar: {FIRST}")
    assert len(shop.calls) == 2


@pytest.mark.parametrize("further", [{"effect": "write"}, {"version": None}, {"call": lambda context, given: FAILED}])
def test_what_writes_or_fails_or_nobody_vouches_for_is_not_kept(shop: Shop, further: dict[str, Any]) -> None:
    shop.use(**further)
    shop.ask()
    assert shop.house.rows("SELECT * FROM kept_result") == []


FAILED = ToolResult(False, {"ok": False, "error": {"code": "unavailable", "message": "away"}})


def test_data_that_change_while_the_tool_reads_leave_no_result(shop: Shop) -> None:
    def read_and_change(context: ToolContext, given: object) -> ToolResult:
        shop.version = "2"
        return ToolResult(True, {"ok": True})

    shop.use(call=read_and_change)
    shop.ask()
    assert shop.house.rows("SELECT * FROM kept_result") == []


def test_a_result_goes_with_its_turn_and_beyond_so_many_the_oldest_go(shop: Shop) -> None:
    shop.ask()
    tool = shop.use()
    for n in range(4):
        tool.call(context(shop), {"of": n})
    with session_scope(shop.house.engine) as connection:
        forget_results(connection, 2)
    left = shop.house.rows("SELECT arguments ->> 'of' FROM kept_result ORDER BY read_at")
    assert left == [("2",), ("3",)]
    shop.house.run("DELETE FROM turn")
    assert shop.house.rows("SELECT * FROM kept_result") == []


def test_a_result_that_is_given_again_costs_one_look(shop: Shop) -> None:
    shop.ask()
    tool, given = shop.use(), context(shop)
    tool.call(given, {})
    with counted_trips(shop.house.engine) as trips:
        tool.call(given, {})
    assert len(trips) == 1, trips
    plain = shop.use(version=None)
    with counted_trips(shop.house.engine) as trips:
        plain.call(given, {})
    assert trips == [], "no look where nothing is kept"
