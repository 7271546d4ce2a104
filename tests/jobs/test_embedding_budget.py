"""Vectors under a company's budget: never overrun, told once, and words go on finding what there is without them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, text

from agent.knowledge.embedding import EmbeddingServer
from agent.providers.price_list import PriceList, PriceRow
from jobs.budget import tell_duty
from jobs.knowledge.embedding import EmbeddingKeeper
from jobs.knowledge.embedding_asking import Asker, Purse, Tell
from jobs.knowledge.meaning import Meaning
from jobs.runtime import DutyAddress, set_services
from models.errors import BudgetExceeded
from models.ids import new_id
from models.journal import JournalKey
from models.knowledge.embedding_space import Embedder
from models.knowledge.embedding_use import note_use, sum_use
from models.knowledge.passage import SearchScope
from models.money.budget import Book, Budgets, Kind, reserve
from models.money.budget_books import begin_books
from models.session import session_scope
from tests.jobs.embedding_ground import TODAY, Ground, standing_on
from tests.jobs.house import House
from tests.standins.embeddings import Fault

EVER = (date(2000, 1, 1), date(2100, 1, 1))
MODEL = Embedder("good-128")
TEXTS = [f"frete da rota {number}" for number in range(5)]
BOOK = "SELECT spent, reserved FROM budget WHERE kind = 'day'"


@pytest.fixture
def ground(engine: Engine) -> Iterator[Ground]:
    with standing_on(engine) as made:
        yield made


@dataclass
class Told:
    """Whoever hears of budgets."""

    heard: list[tuple[Kind, bool]]

    def __call__(self, tenant_id: UUID, budgets: Budgets, kind: Kind, book: Book | None) -> None:
        self.heard.append((kind, book is not None))


def day_of(limit: str | None) -> Callable[[Connection, UUID], Budgets | None]:
    budgets = None if limit is None else Budgets(Decimal(limit), None, None, "America/Sao_Paulo")
    return lambda connection, tenant_id: budgets


def a_cent_each(embedder: Embedder, texts: Sequence[str]) -> tuple[int, Decimal | None]:
    return 10 * len(texts), Decimal("0.01") * len(texts)


def purse(limit: str | None, tell: Tell | None = None) -> Purse:
    return Purse(day_of(limit), a_cent_each, tell or Told([]))


def books(ground: Ground) -> list[tuple[Decimal, Decimal]]:
    with session_scope(ground.engine) as connection:
        return [(spent, reserved) for spent, reserved in connection.execute(text(BOOK))]


def test_what_vectors_cost_is_in_the_company_s_books_and_in_no_person_s(ground: Ground) -> None:
    prices = PriceList(
        (PriceRow(provider=ground.server.name, model="good-*", input=Decimal(1_000), output=Decimal(0)),)
    )
    server = EmbeddingServer(ground.standin.url, "sk", prices=prices)
    ground.add("rotas", TEXTS)
    keeper = EmbeddingKeeper(ground.engine, server, MODEL, Purse(day_of("5"), server.estimate))
    while keeper.work():
        pass
    with session_scope(ground.engine) as connection:
        [use] = sum_use(connection, ground.tenant_id, *EVER)
    assert use.cost == Decimal(use.tokens) / 1_000
    assert books(ground) == [(use.cost, Decimal(0))]
    assert ground.scalar("SELECT count(*) FROM budget WHERE kind NOT IN ('day', 'month')") == 0


def test_an_unknown_price_counts_as_a_dear_one_and_stays_unknown_on_record(ground: Ground) -> None:
    asker = Asker(ground.engine, ground.server, Purse(day_of("5"), ground.server.estimate))
    tokens = asker.ask(ground.tenant_id, MODEL, "documents", TEXTS, 60).tokens
    with session_scope(ground.engine) as connection:
        [use] = sum_use(connection, ground.tenant_id, *EVER)
    assert (use.cost, use.unpriced) == (None, 1)
    assert books(ground) == [(Decimal(tokens) * 10 / 1_000_000, Decimal(0))]


def test_when_the_money_is_gone_passages_wait_and_their_words_find_them(ground: Ground) -> None:
    told = Told([])
    ground.add("rotas", TEXTS)
    keeper = EmbeddingKeeper(ground.engine, ground.server, MODEL, purse("0.009", told))
    while keeper.work():
        pass
    assert ground.standin.asked == []
    assert told.heard == [("day", False)]
    [space] = ground.spaces()
    assert (space.left, "the budget is spent" in space.error) == (5, True)
    assert ground.found_by_words("frete da rota 3")[0] == "frete da rota 3"
    ground.let_claims_end()
    richer = EmbeddingKeeper(ground.engine, ground.server, MODEL, purse("0.05"))
    while richer.work():
        pass
    assert ground.spaces()[0].left == 0


def test_a_batch_that_does_not_fit_is_made_smaller_before_anybody_is_told(ground: Ground) -> None:
    told = Told([])
    ground.add("rotas", TEXTS)
    keeper = EmbeddingKeeper(ground.engine, ground.server, MODEL, purse("0.04", told))
    while keeper.work():
        pass
    assert ground.spaces()[0].left == 0, "each cost less than was held back for it"
    assert told.heard == []


def test_requests_at_the_same_time_never_overrun_a_budget_together(ground: Ground) -> None:
    asker = Asker(ground.engine, ground.server, Purse(day_of("0.035"), a_cent_each))

    def ask(number: int) -> bool:
        try:
            asker.ask(ground.tenant_id, MODEL, "documents", [f"frete {number}"], 60)
        except BudgetExceeded:
            return False
        return True

    with session_scope(ground.engine) as connection:
        connection.execute(text("CREATE TABLE most (held numeric)"))
        connection.execute(
            text(
                "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN INSERT INTO most VALUES (NEW.spent + NEW.reserved); RETURN NEW; END$$"
            )
        )
        connection.execute(
            text("CREATE TRIGGER note AFTER INSERT OR UPDATE ON budget FOR EACH ROW EXECUTE FUNCTION note()")
        )
    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(ask, range(16)))
    assert sum(passed) == len(ground.standin.asked) > 0
    most = ground.scalar("SELECT max(held) FROM most")
    assert isinstance(most, Decimal)
    assert most <= Decimal("0.035")


def test_a_question_is_answered_by_words_alone_while_the_money_is_gone(ground: Ground) -> None:
    told = Told([])
    ground.add("rotas", TEXTS)
    ground.keep()
    ground.admit()
    asked = len(ground.standin.asked)
    ground.library = type(ground.library)(
        ground.engine,
        meaning=Meaning(ground.engine, ground.server, lambda: ground.now, purse("0.001", told), patience=60),
    )
    for _ in range(2):
        found = ground.library.search("rota 3", SearchScope(ground.tenant_id, "rep", None, TODAY), 5)
        assert found[0].text == "frete da rota 3"
    assert (len(ground.standin.asked), told.heard) == (asked, [("day", False)]), "and it is left alone for a while"
    ground.now += 301
    ground.search("rota 3")
    assert told.heard == [("day", False)] * 2


def test_a_request_that_was_refused_costs_nothing_and_one_that_may_be_billed_all_that_was_held(ground: Ground) -> None:
    ground.add("rotas", TEXTS)
    keeper = EmbeddingKeeper(ground.engine, ground.server, MODEL, purse("1"))
    ground.standin.faults.append(Fault(401, {"error": {"message": "no such key"}}))
    keeper.work()
    assert books(ground) == [(Decimal(0), Decimal(0))]
    ground.let_claims_end()
    ground.standin.faults.append(Fault(200, {"odd": True}))
    keeper.work()
    assert books(ground) == [(Decimal("0.05"), Decimal(0))]


def test_without_a_limit_nothing_is_reckoned(ground: Ground) -> None:
    ground.add("rotas", TEXTS)
    EmbeddingKeeper(ground.engine, ground.server, MODEL, purse(None)).work()
    assert books(ground) == []


def test_books_that_are_begun_in_the_middle_of_a_month_know_what_vectors_have_cost(ground: Ground) -> None:
    budgets = day_of("5")
    with session_scope(ground.engine) as connection:
        note_use(connection, ground.tenant_id, "good-128", "documents", 1, 10, Decimal("0.25"))
        limit = budgets(connection, ground.tenant_id)
        assert limit is not None
        begin_books(connection, ground.tenant_id, limit)
    assert books(ground) == [(Decimal("0.25"), Decimal(0))]
    assert ground.scalar("SELECT count(*) FROM budget WHERE kind = 'person_day'") == 0


def test_a_request_for_vectors_leaves_the_rate_on_record_as_the_last_answer_found_it(ground: Ground) -> None:
    reais = Budgets(Decimal(50), None, None, "America/Sao_Paulo", agent="vendas", currency="BRL", rate=Decimal(5))
    with session_scope(ground.engine) as connection:
        reserve(connection, reais, JournalKey(ground.tenant_id, new_id(), 1), 0, subject="ana", amount=Decimal(1))
    Asker(ground.engine, ground.server, purse("5")).ask(ground.tenant_id, MODEL, "documents", TEXTS, 60)
    assert ground.scalar("SELECT rate FROM budget WHERE kind = 'day'") == 5


def test_the_first_request_under_a_limit_knows_what_was_spent_before_there_was_one(ground: Ground) -> None:
    with session_scope(ground.engine) as connection:
        note_use(connection, ground.tenant_id, "good-128", "documents", 1, 10, Decimal("0.25"))
    asker = Asker(ground.engine, ground.server, purse("0.26"))
    with pytest.raises(BudgetExceeded):
        asker.ask(ground.tenant_id, MODEL, "documents", TEXTS, 60)
    assert books(ground) == [(Decimal("0.25"), Decimal(0))]


def test_the_operator_is_told_once_however_often_vectors_are_turned_away(house: House) -> None:
    duty = (DutyAddress("fake", "default", "+5511900009999"),)
    set_services(replace(house.services, duty=duty))
    with standing_on(house.engine) as ground:
        limits = day_of("0.001")
        asker = Asker(house.engine, ground.server, Purse(limits, a_cent_each, tell_duty))
        for _ in range(3):
            with pytest.raises(BudgetExceeded):
                asker.ask(house.account.tenant_id, MODEL, "documents", TEXTS, 60)
        assert ground.standin.asked == []
    said = "SELECT m.text FROM message m JOIN turn t ON t.id = m.turn_id WHERE t.outcome = 'notice'"
    [[notice]] = house.rows(said)
    assert "BUDGET_DAY_USD" in notice
    assert "esgotado" not in notice, "nothing was spent, and whoever asks is answered"
    assert "replay" not in notice
    assert house.rows("SELECT count(*) FROM budget WHERE stopped_at IS NOT NULL") == [(0,)], "that will be told as well"
