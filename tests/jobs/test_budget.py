"""Turns under a budget: the money is held back before a call, the person is told politely, the operator once."""

import logging
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import event

from agent.base import Completion, CompletionRequest, Usage
from jobs.budget import compose_warning
from jobs.leases import LeaseKeeper
from jobs.runtime import DutyAddress, get_services, set_services
from models.budget import Budgets
from models.errors import ProviderError, ProviderErrorKind
from models.handoff import say_as_person, take_conversation
from models.inbox import Stored
from models.reply import RenderedPart
from models.session import build_engine, session_scope
from tests.fakes import Killed, wish
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
        assert seven_ended.wait(20), "whoever is refused is told so while the others' calls are under way"
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
        far = build_engine(url, application_name="recado-tests", pool_size=3, patience=0.2, answer_within=0.3)
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


def test_a_warning_says_which_setting_and_whose() -> None:
    near = compose_warning("day", "", Decimal(5), Decimal("4.1"))
    assert "4.10 de 5 USD de `BUDGET_DAY_USD`" in near
    over = compose_warning("person_day", "+5511911112222", Decimal("0.5"), None)
    assert "`BUDGET_PERSON_DAY_USD` (0.5 USD) de +5511911112222" in over
