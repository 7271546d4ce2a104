"""Tables as old programs keep them: days as numbers of eight digits, and keys of several columns."""

from collections.abc import Iterator
from datetime import date

import pytest

from models.period import Period
from models.sales.lapsed import LapseQuestion
from models.sales.mistakes import SourceMistakes
from models.sales.orders import OrderQuestion
from models.sales.question import EVERYTHING, SalesQuestion
from models.sales.reading import read_source
from models.sales.source import SalesSource
from tests.second_company.test_check import GOOD, findings_of
from tests.second_company.world import TODAY

PERIOD = Period(date(2026, 1, 1), TODAY)
PLAIN = GOOD.replace("  time: emitido_em\n  stored_in: UTC\n", "  time: CAST(emitido_em AS date)\n").replace(
    "SELECT p.numero,", "SELECT p.numero, p.numero % 2 AS filial, p.numero AS nota,"
)
KEYED = PLAIN.replace("  key: numero\n", "  key: (filial, nota)\n").replace(
    "  sale: numero_pedido\n", "  sale: (numero_pedido % 2, numero_pedido)\n"
)
DIGITS = {
    "postgresql": ("CAST(to_char(p.emitido_em, 'YYYYMMDD') AS integer)", "to_char(p.emitido_em, 'YYYYMMDD')"),
    "mysql": ("CAST(DATE_FORMAT(p.emitido_em, '%Y%m%d') AS signed)", "DATE_FORMAT(p.emitido_em, '%Y%m%d')"),
}


def legacy(url: str, digits: int, stored_in: str = "YYYYMMDD") -> str:
    made = DIGITS["mysql" if url.startswith("mysql") else "postgresql"][digits]
    text = KEYED.replace("SELECT p.numero,", f"SELECT {made} AS dt_emissao, p.numero,")
    return text.replace("time: CAST(emitido_em AS date)\n", f"time: dt_emissao\n  stored_in: {stored_in}\n")


@pytest.fixture(scope="module", params=["numbers", "texts"])
def old_and_plain(second_url: str, request: pytest.FixtureRequest) -> Iterator[tuple[SalesSource, SalesSource]]:
    file = read_source(legacy(second_url, ["numbers", "texts"].index(request.param)))
    sources = SalesSource(second_url, file, pool_size=1), SalesSource(second_url, read_source(PLAIN), pool_size=1)
    yield sources
    for source in sources:
        source.close()


@pytest.mark.parametrize(
    ("metric", "cut"), [("revenue", "none"), ("revenue", "month"), ("orders", "category"), ("units", "day")]
)
def test_days_of_digits_and_keys_of_two_columns_give_the_figures_of_plain_ones(
    old_and_plain: tuple[SalesSource, SalesSource], metric: str, cut: str
) -> None:
    question = SalesQuestion(PERIOD, metric, cut, limit=200)
    old, plain = (source.summarise(EVERYTHING, question) for source in old_and_plain)
    assert old == plain
    assert plain[0].total


def test_orders_and_lost_customers_of_such_tables_are_those_of_plain_ones(
    old_and_plain: tuple[SalesSource, SalesSource],
) -> None:
    silent = Period(date(2026, 2, 25), TODAY)
    lapse = LapseQuestion(Period(date(2025, 1, 1), date(2026, 2, 24)), silent)
    assert len({source.lapsed(EVERYTHING, lapse) for source in old_and_plain}) == 1
    listed = OrderQuestion(TODAY, limit=20)
    old, plain = ([one.number for one in source.orders(EVERYTHING, listed)] for source in old_and_plain)
    assert len(old) == len(plain) == 20
    for number in old[:3]:
        one, other = (source.orders(EVERYTHING, OrderQuestion(TODAY, number)) for source in old_and_plain)
        assert one == other
        assert one[0].lines


def test_a_brief_finds_the_last_order_of_such_tables(old_and_plain: tuple[SalesSource, SalesSource]) -> None:
    name = old_and_plain[1].catalogue().customers[0]
    old, plain = (source.find_customer(EVERYTHING, name, TODAY) for source in old_and_plain)
    assert plain is not None
    assert old == plain


def test_the_check_likes_such_tables(second_url: str) -> None:
    assert [line for line in findings_of(second_url, legacy(second_url, 0)) if line.startswith("broken")] == []


def test_the_check_names_the_cure_for_a_number_that_is_taken_for_a_day(second_url: str) -> None:
    told = findings_of(second_url, legacy(second_url, 0, stored_in="local"))
    assert any("broken" in line and "sale.time" in line and "stored_in: YYYYMMDD" in line for line in told), told


def test_the_check_names_the_cure_for_a_month_that_is_a_number(second_url: str) -> None:
    month = "CAST(concat(ano, '-', mes, '-01') AS date)"
    assert GOOD.count(month) == 1
    told = findings_of(second_url, GOOD.replace(month, "mes"))
    assert any(line.startswith("broken") and "goal.month" in line and "is no date: write" in line for line in told), (
        told
    )


def test_keys_of_unlike_length_are_a_mistake_of_the_file() -> None:
    with pytest.raises(SourceMistakes, match=r"line\.sale: has 1 columns where sale\.key has 2"):
        SalesSource("postgresql://a@b/c", read_source(PLAIN.replace("  key: numero\n", "  key: (filial, nota)\n")))


def test_several_columns_are_a_key_and_nothing_else() -> None:
    with pytest.raises(SourceMistakes, match=r"sale\.amount: several columns can only be a key"):
        SalesSource("postgresql://a@b/c", read_source(GOOD.replace("amount: total", "amount: (total, numero)")))
