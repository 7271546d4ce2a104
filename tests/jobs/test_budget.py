"""Turns under a budget: the money is held back before a call, the person is told politely, the operator once."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, event

from agent.agent import Agent, Limits
from agent.base import Completion, CompletionRequest, Cost, Usage
from agent.spec.budgets import AssumedPriceSpec, BudgetSpec
from agent.tools.exchange_rates import Quotation
from jobs.agents import Terms
from jobs.budget import compose_warning
from jobs.dollar import DollarRate
from jobs.leases import LeaseKeeper
from jobs.runtime import DutyAddress, get_services, set_services
from models.errors import BudgetExceeded, ProviderError, ProviderErrorKind, ToolError
from models.ids import new_id
from models.inbox import Stored
from models.money.budget import Budgets
from models.money.budget_books import list_standing
from models.operators.handoff import say_as_person, take_conversation
from models.reply import RenderedPart
from models.session import build_engine, session_scope
from models.tenant import AccountKey
from tests.fakes import Killed, OneAgent, ScriptedProvider, wish
from tests.faults.neighbours import proxied_database
from tests.jobs.house import House

LIMITED = "limite de uso"
BOOKS = "SELECT spent, reserved FROM budget WHERE kind = 'day'"


@pytest.fixture(autouse=True)
def budget(house: House) -> None:
    """Room for ten calls of the scripted provider, which charges 0.001 USD for each."""
    allow(house, day="0.010")


def allow(house: House, **limits: str) -> None:
    found = {kind: Decimal(limit) for kind, limit in limits.items()}
    none = dict.fromkeys(("day", "month", "person_day"))
    budgets = Budgets(**{**none, **found}, timezone="America/Sao_Paulo")  # type: ignore[arg-type]
    duty = (DutyAddress("fake", "default", "+5511900009999"),)
    set_services(replace(house.services, budgets=budgets, duty=duty))


def notices(house: House) -> list[str]:
    said = "SELECT m.text FROM message m JOIN turn t ON t.id = m.turn_id WHERE t.outcome = 'notice' ORDER BY m.seq"
    return [text for [text] in house.rows(said)]


def test_each_call_is_held_back_and_settled(house: House) -> None:
    seen = []

    def look(request: CompletionRequest) -> Completion:
        seen.extend(house.rows(BOOKS))
        return Completion("feito", usage=Usage(1, 1))

    house.provider.script = [wish("count_up"), look]
    house.advance(house.say("oi", "m1"))
    assert house.sent == ["feito"]
    assert seen == [(Decimal("0.001"), Decimal("0.001"))]
    assert house.rows(BOOKS) == [(Decimal("0.002"), Decimal(0))]
    assert house.rows("SELECT count(*) FROM budget_hold") == [(0,)]


def test_who_asks_when_the_money_is_gone_is_told_so_and_no_llm_is_asked(house: House) -> None:
    for number in range(12):
        house.advance(house.say(f"oi {number}", f"m{number}", sender=f"+55119000000{number:02}"))
    assert len(house.provider.requests) == 10
    assert [LIMITED in words for words in house.sent] == [False] * 10 + [True] * 2
    assert house.rows(BOOKS) == [(Decimal("0.010"), Decimal(0))]
    assert house.rows("SELECT DISTINCT outcome, error LIKE 'budget: day%' FROM turn WHERE error <> ''") == [
        ("apologised", True)
    ]
    assert house.rows("SELECT count(*) FROM completion") == [(10,)], "a call that is not made leaves no row"
    assert house.rows("SELECT count(*) FROM conversation WHERE wanted_at IS NOT NULL") == [(2,)]


def test_turns_that_run_at_the_same_time_cannot_overrun_it_together(house: House) -> None:
    allow(house, day="0.005")
    ended: list[Stored] = []
    seven_ended = threading.Event()
    stored = [house.say("oi", f"m{number}", sender=f"+55119000000{number:02}") for number in range(12)]

    def ask(which: Stored) -> None:
        house.advance(which)
        ended.append(which)
        if len(ended) == 7:
            seven_ended.set()

    def wait_for_the_refused(request: CompletionRequest) -> Completion:
        assert seven_ended.wait(180), "whoever is refused is told so while the others' calls are under way"
        return Completion("feito", usage=Usage(1, 1))

    house.provider.script = [wait_for_the_refused] * 12
    threads = [threading.Thread(target=ask, args=(which,)) for which in stored]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(house.provider.requests) == 5
    assert sorted(LIMITED in words for words in house.sent) == [False] * 5 + [True] * 7
    assert house.rows(BOOKS) == [(Decimal("0.005"), Decimal(0))]


def test_what_a_call_did_cost_is_told_when_the_database_is_back(house: House, fresh_database_url: str) -> None:
    services = get_services()
    with proxied_database(fresh_database_url) as (proxy, url):
        far = build_engine(url, application_name="recado-tests", pool_size=3, patience=1, answer_within=10)
        services = replace(services, engine=far, leases=LeaseKeeper(far, "worker-1"))
        set_services(services)

        def leave(request: CompletionRequest) -> Completion:
            proxy.refuse()
            return Completion("feito", usage=Usage(1, 1))

        house.provider.script = [leave]
        house.advance(house.say("oi", "m1"))
        assert house.rows(BOOKS) == [(Decimal(0), Decimal("0.001"))]
        proxy.heal()
        assert services.owed.settle(services)
        assert house.rows(BOOKS) == [(Decimal("0.001"), Decimal(0))]
        far.dispose()


def test_the_operator_hears_at_eighty_per_cent_and_at_the_end_once_each(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(13):
        house.advance(house.say(f"oi {number}", f"m{number}", sender=f"+55119000000{number:02}"))
    [told] = notices(house)
    assert told.count("quase no fim") == 1
    assert told.count("esgotado") == 1
    assert told.index("quase no fim") < told.index("esgotado")
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert said.count("BUDGET_DAY_USD is nearly used up") == 1
    assert said.count("BUDGET_DAY_USD is used up") == 1


def test_one_persons_day_is_hers_alone(house: House) -> None:
    allow(house, person_day="0.001")
    for number in range(2):
        house.advance(house.say("oi", f"a{number}"))
        house.advance(house.say("oi", f"b{number}", sender="+5511911112222"))
    assert [LIMITED in words for words in house.sent] == [False, False, True, True]


@pytest.mark.parametrize(
    ("kind", "spent"), [("rate_limit", "0"), ("connection", "0"), ("timeout", "0.001"), ("truncated", "0.001")]
)
def test_a_failure_that_may_have_been_billed_stands_at_its_worst_case(
    house: House, kind: ProviderErrorKind, spent: str
) -> None:
    house.provider.script = [ProviderError("no", kind=kind)]
    house.advance(house.say("oi", "m1"))
    assert house.rows(BOOKS) == [(Decimal(spent), Decimal(0))]


def test_a_call_that_died_with_its_worker_stands_at_its_worst_case(house: House) -> None:
    house.provider.script = [Killed()]
    stored = house.say("oi", "m1")
    with pytest.raises(Killed):
        house.advance(stored)
    assert house.rows(BOOKS) == [(Decimal(0), Decimal("0.001"))]
    house.let_leases_expire()
    house.make_due()
    house.advance(stored)
    assert house.sent == ["echo: oi"]
    assert house.rows(BOOKS) == [(Decimal("0.002"), Decimal(0))]


def test_a_person_who_answers_instead_leaves_nothing_held_back(house: House) -> None:
    house.provider.script = [Killed()]
    stored = house.say("oi", "m1")
    with pytest.raises(Killed):
        house.advance(stored)
    with session_scope(house.engine) as connection:
        take_conversation(connection, house.account.tenant_id, stored.conversation_id, "Bia")
        say_as_person(connection, stored.conversation_id, "oi", [RenderedPart("oi")])
    assert house.rows(BOOKS) == [(Decimal("0.001"), Decimal(0))]


def test_a_worker_that_thaws_after_its_turn_was_taken_over_changes_no_book(house: House) -> None:
    def freeze(request: CompletionRequest) -> Completion:
        house.let_leases_expire()
        house.run("UPDATE conversation SET fence = fence + 1, lease_owner = NULL")
        return Completion("too late", usage=Usage(1, 1))

    house.provider.script = [freeze]
    stored = house.say("oi", "m1")
    house.advance(stored)
    assert house.rows(BOOKS) == [(Decimal(0), Decimal("0.001"))]
    house.advance(stored)
    assert house.sent == ["echo: oi"]
    assert house.rows(BOOKS) == [(Decimal("0.002"), Decimal(0))]


def test_where_nothing_is_limited_nothing_is_reckoned(house: House) -> None:
    set_services(house.services)
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    event.listen(house.engine, "before_cursor_execute", note)
    house.provider.script = [ProviderError("down", kind="server")]
    stored = house.say("oi", "m1")
    house.advance(stored)
    house.make_due()
    house.advance(stored)
    assert house.sent == ["echo: oi"]
    assert [statement for statement in statements if "budget" in statement] == []


def test_a_warning_says_which_limit_and_whose() -> None:
    settings = Budgets(Decimal(5), None, Decimal("0.5"), "America/Sao_Paulo")
    assert "4.10 de 5 USD de `BUDGET_DAY_USD`" in compose_warning(settings, "day", "", Decimal("4.1"))
    over = compose_warning(settings, "person_day", "+5511911112222", "stopped_at")
    assert "`BUDGET_PERSON_DAY_USD` (0.5 USD) de +5511911112222" in over
    reais = replace(settings, agent_day=Decimal(20), agent="vendas", currency="BRL", rate=Decimal("5.4"))
    near = compose_warning(reais, "agent_day", "vendas", Decimal(3))
    assert "16.20 de 20 BRL de `budgets.agent_day (vendas)`" in near


_VERSION = new_id()


class Versioned(OneAgent):
    """As if a file described it."""

    def find_terms(self, connection: Connection, account: AccountKey, version_id: UUID | None) -> Terms:
        return replace(super().find_terms(connection, account, version_id), version_id=_VERSION)


def hire(house: House, name: str, agent: Agent | None = None, dollar: DollarRate | None = None, **limits: Any) -> None:
    """The settings allow nothing in particular; the file of the agent does."""
    agents = Versioned(agent or house.agent, budgets=BudgetSpec(**limits))
    agents.spec = agents.spec.model_copy(update={"agent": name})
    set_services(replace(house.services, budgets=None, agents=agents, dollar=dollar))


def test_an_agents_own_limit_stops_it_and_no_other(house: House) -> None:
    hire(house, "vendas", agent_day=Decimal("0.001"))
    house.advance(house.say("oi", "m1"))
    house.advance(house.say("oi", "m2"))
    hire(house, "caixa", agent_day=Decimal("0.001"))
    house.advance(house.say("oi", "m3"))
    assert [LIMITED in words for words in house.sent] == [False, True, False]
    spent = "SELECT subject, spent FROM budget WHERE kind = 'agent_day' ORDER BY subject"
    assert house.rows(spent) == [("caixa", Decimal("0.001")), ("vendas", Decimal("0.001"))]


@dataclass
class Priceless(ScriptedProvider):
    """At a server nobody knows."""

    def price(self, completion: Completion, llm: str) -> Cost:
        return Cost(None, "unknown")


def test_an_unknown_price_counts_as_a_dear_one_and_stays_unknown_on_record(house: House) -> None:
    agent = Agent(Priceless(), "llm", {}, Limits(), house.clock)
    assumed = AssumedPriceSpec(input=Decimal(100), output=Decimal(200))
    hire(house, "vendas", agent, day=Decimal(50), assumed_price=assumed)
    house.advance(house.say("oi", "m1"))
    assert house.rows(BOOKS) == [(Decimal("0.002"), Decimal(0))], "10 tokens in and 5 out"
    assert house.rows("SELECT cost, cost_source FROM completion") == [(None, "unknown")]
    hire(house, "vendas", agent, day=Decimal("0.3"), assumed_price=assumed)
    house.advance(house.say("oi", "m2"))
    assert LIMITED in house.sent[-1], "2048 tokens out may cost 0.41 USD"


def test_a_file_cannot_take_away_what_the_settings_limit(house: House) -> None:
    hire(house, "vendas", day=Decimal(100), currency="BRL", brl_per_usd=Decimal(5))
    house.services = replace(get_services(), budgets=Budgets(Decimal("0.001"), None, None, "America/Sao_Paulo"))
    set_services(house.services)
    for number in range(2):
        house.advance(house.say("oi", f"m{number}"))
    assert [LIMITED in words for words in house.sent] == [False, True]
    [(error,)] = house.rows("SELECT error FROM turn WHERE outcome = 'apologised'")
    assert "0.001 USD are spent" in error


class Bank:
    """A rate for each day it is asked about, or none."""

    def __init__(self, sell: str | None) -> None:
        self.sell = sell
        self.asked = 0

    def quote(self, currency: str, today: date) -> Quotation:
        self.asked += 1
        if self.sell is None:
            raise ToolError("away", code="unreachable")
        return Quotation(currency, Decimal(self.sell), Decimal(self.sell), today, "Fechamento", 1)


def dollar(house: House, bank: Bank) -> DollarRate:
    return DollarRate(house.engine, bank.quote, house.clock, "America/Sao_Paulo")


def test_a_limit_in_reais_holds_at_the_days_rate_and_the_rate_is_on_record(house: House) -> None:
    hire(house, "vendas", dollar=dollar(house, Bank("5.4")), currency="BRL", day=Decimal("0.0108"))
    for number in range(3):
        house.advance(house.say("oi", f"m{number}"))
    assert [LIMITED in words for words in house.sent] == [False, False, True], "0.002 USD are two calls"
    assert house.rows("SELECT spent, rate FROM budget WHERE kind = 'day'") == [(Decimal("0.002"), Decimal("5.4"))]
    budgets = Budgets(Decimal("0.0108"), None, None, "America/Sao_Paulo", currency="BRL", rate=Decimal("5.4"))
    with session_scope(house.engine) as connection:
        [standing] = list_standing(connection, house.account.tenant_id, budgets)
    assert (standing.stated, standing.limit, standing.left) == ("0.0108 BRL", Decimal("0.002"), 0)


def test_the_operator_is_told_of_the_limit_that_stopped_it_whatever_currency_it_is_in(house: House) -> None:
    """0.0108 BRL are 0.002 USD: less than the 0.005 USD of the settings, though the figure is larger."""
    hire(house, "vendas", dollar=dollar(house, Bank("5.4")), currency="BRL", day=Decimal("0.0108"))
    duty = (DutyAddress("fake", "default", "+5511900009999"),)
    settings = Budgets(Decimal("0.005"), None, None, "America/Sao_Paulo")
    set_services(replace(get_services(), budgets=settings, duty=duty))
    for number in range(3):
        house.advance(house.say("oi", f"m{number}"))
    [told] = [words for words in notices(house) if "esgotado" in words]
    assert "`budgets.day (vendas)` (0.0108 BRL)" in told


def test_a_rate_of_the_files_own_asks_no_bank(house: House) -> None:
    bank = Bank("9")
    reais = {"currency": "BRL", "brl_per_usd": Decimal(5), "day": Decimal("0.005")}
    hire(house, "vendas", dollar=dollar(house, bank), **reais)
    for number in range(2):
        house.advance(house.say("oi", f"m{number}"))
    assert ([LIMITED in words for words in house.sent], bank.asked) == ([False, True], 0)


def test_what_cannot_be_reckoned_is_not_spent(house: House) -> None:
    hire(house, "vendas", dollar=dollar(house, Bank(None)), currency="BRL", day=Decimal(50))
    house.advance(house.say("oi", "m1"))
    assert (LIMITED in house.sent[0], house.provider.requests) == (True, [])
    [(error,)] = house.rows("SELECT error FROM turn")
    assert "brl_per_usd" in error


@pytest.mark.parametrize("is_known", [True, False], ids=["with an older rate", "with none"])
def test_a_bank_that_is_away_is_asked_once_for_all_who_wait(house: House, is_known: bool) -> None:
    """Each would wait as long as a time-out, one after the other."""
    if is_known:
        dollar(house, Bank("5.4")).rate()
        house.clock.move(86_400)
    asked, go_on = threading.Event(), threading.Event()

    class Slow(Bank):
        def quote(self, currency: str, today: date) -> Quotation:
            asked.set()
            assert go_on.wait(180)
            return super().quote(currency, today)

    bank = Slow(None)
    rates = dollar(house, bank)

    def ask() -> object:
        try:
            return rates.rate()
        except BudgetExceeded as error:
            return error.limit

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(ask)]
        assert asked.wait(180)
        futures += [pool.submit(ask) for _ in range(7)]
        go_on.set()
        found = {future.result(timeout=180) for future in futures}
    assert (found, bank.asked) == ({Decimal("5.4") if is_known else "rate"}, 1)
    house.clock.move(601)
    bank.sell = "5.6"
    assert rates.rate() == Decimal("5.6")


def test_the_first_rate_of_a_day_is_every_workers(house: House) -> None:
    morning, noon = Bank("5.4"), Bank("5.5")
    assert [dollar(house, bank).rate() for bank in (morning, noon)] == [Decimal("5.4")] * 2
    assert (morning.asked, noon.asked) == (1, 0)
    house.clock.move(86_400)
    assert dollar(house, noon).rate() == Decimal("5.5")
    assert house.rows("SELECT count(*) FROM dollar_rate") == [(2,)]


def test_while_the_bank_is_away_the_last_rate_holds_and_it_is_asked_again(house: House) -> None:
    bank = Bank("5.4")
    rates = dollar(house, bank)
    assert rates.rate() == Decimal("5.4")
    house.clock.move(86_400)
    bank.sell = None
    assert [rates.rate() for _ in range(5)] == [Decimal("5.4")] * 5
    assert dollar(house, Bank(None)).rate() == Decimal("5.4"), "another process knows what was stored"
    assert bank.asked == 2, "not with every turn"
    house.clock.move(601)
    bank.sell = "5.6"
    assert rates.rate() == Decimal("5.6")
