"""Tables as old programs keep them: days as numbers of eight digits, and keys of several columns."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from models.period import Period
from models.sales.lapsed import LapseQuestion
from models.sales.mistakes import SourceMistakes
from models.sales.orders import OrderQuestion
from models.sales.question import EVERYTHING, SalesQuestion
from models.sales.reading import read_source
from models.sales.source import SalesSource
from models.sales.stalled import StallQuestion
from tests.second_company.legacy import PLAIN, blotted, legacy
from tests.second_company.test_check import GOOD, findings_of
from tests.second_company.world import TODAY, World

PERIOD = Period(date(2026, 1, 1), TODAY)


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


BLANKS = [(0, "0"), (0, "NULL"), (0, "10101"), (0, "20260230"), (1, "'        '"), (1, "''"), (1, "'00000000'")]


@pytest.mark.parametrize(("digits", "blank"), BLANKS, ids=[f"{digits}-{blank}" for digits, blank in BLANKS])
def test_a_day_that_is_none_spoils_no_answer(second_url: str, world: World, digits: int, blank: str) -> None:
    source = SalesSource(second_url, read_source(blotted(second_url, digits, blank)), pool_size=1)
    by_day = PLAIN.replace("moved: movida_em\n    stored_in: UTC", "moved: CAST(movida_em AS date)")
    plain = SalesSource(second_url, read_source(by_day), pool_size=1)
    number = next(str(order.number) for order in world.orders if order.number % 5 == 0 and not order.is_deleted)
    try:
        (found,) = source.orders(EVERYTHING, OrderQuestion(TODAY, number))
        (known,) = plain.orders(EVERYTHING, OrderQuestion(TODAY, number))
        assert found == replace(known, ordered_on=None)
        newest = source.orders(EVERYTHING, OrderQuestion(TODAY, limit=2000))
        brief = source.find_customer(EVERYTHING, found.customer, TODAY)
        stall = source.stalled(EVERYTHING, StallQuestion(TODAY, 3, limit=200))
        kept = plain.stalled(EVERYTHING, StallQuestion(TODAY, 3, limit=200))
    finally:
        source.close()
        plain.close()
    assert brief is not None
    dated = {deal.title: deal.moved_on for deal in stall.items if deal.moved_on is not None}
    assert dated == {one.title: one.moved_on for one in kept.items if int(one.title.split()[1]) % 5}
    assert stall.deals + stall.undated == kept.deals + kept.undated
    if blank != "20260230":  # which cannot be told from a day but by reading it
        assert len(dated) == stall.deals
        assert newest
        assert not any(int(one.number) % 5 == 0 for one in newest)


def test_the_check_counts_the_days_that_are_none(second_url: str, world: World) -> None:
    told = findings_of(second_url, blotted(second_url, 0, "0"))
    rows = [order for order in world.orders if not order.is_deleted]
    blank = sum(order.number % 5 == 0 for order in rows)
    assert [line for line in told if line.startswith("broken")] == []
    assert any(f"sale.time: holds no day in {blank} of {len(rows)} rows" in line for line in told), told
    assert any("deal.moved: holds no day in " in line for line in told), told


def test_the_check_looks_past_blanks_for_what_a_column_holds(second_url: str) -> None:
    told = findings_of(second_url, blotted(second_url, 1, "'12/2025'"))
    assert any("doubtful" in line and "'12/2025' has not the eight digits" in line for line in told), told
    dated = "time: dt_emissao\n  stored_in: "
    blank_first = blotted(second_url, 1, "''").replace("p.numero % 5 = 0", "p.numero < 900")
    told = findings_of(second_url, blank_first.replace(f"{dated}YYYYMMDD", f"{dated}local"))
    assert any("broken" in line and "sale.time" in line and "stored_in: YYYYMMDD" in line for line in told), told


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
