"""The operator's prices win over the table, and a file that says nonsense is refused with its place."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from agent.base import Completion, Cost, Usage
from agent.providers.price_list import Priced, PriceList, read_price_list
from models.errors import ConfigurationError
from tests.fakes import ScriptedProvider

TODAY = date(2026, 11, 21)
FILE = """
prices:
  - {provider: scripted, model: "house-*", input: 2, output: 8, cached: 0.5, cache_write: 2.5}
  - {provider: scripted, model: changing, input: 9, output: 9, valid_from: 2026-12-01}
  - {provider: scripted, model: changing, input: 1, output: 1, valid_from: 2026-01-01}
  - {provider: "localhost:11434", model: "*", input: 0, output: 0}
"""


def _write(folder: Path, text: str) -> str:
    path = folder / "prices.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture
def prices(tmp_path: Path) -> PriceList:
    return read_price_list(_write(tmp_path, FILE))


def _price(prices: PriceList, llm: str, usage: Usage, *, today: date = TODAY, host: str = "", served: str = "") -> Cost:
    return Priced(ScriptedProvider(), prices, lambda: today, host=host).price(
        Completion("", usage=usage, llm=served), llm
    )


MILLION = Usage(1_000_000, 1_000_000)
TABLE = Cost(Decimal("0.001"), "price_table")  # what the scripted provider itself says


def test_a_row_that_fits_prices_every_kind_of_token(prices: PriceList) -> None:
    usage = Usage(input=1_000_000, output=500_000, cached=400_000, cache_write=100_000)
    assert _price(prices, "house-large", usage) == Cost(Decimal("5.45"), "override", prices.version)


def test_what_is_used_without_its_own_rate_costs_as_fresh_input(prices: PriceList) -> None:
    assert _price(prices, "changing", Usage(1_000_000, 0, cached=900_000)).amount == 1


@pytest.mark.parametrize(
    ("day", "amount"), [(date(2025, 12, 31), None), (date(2026, 11, 30), 2), (date(2026, 12, 1), 18)], ids=str
)
def test_a_price_holds_from_its_day_on(prices: PriceList, day: date, amount: int | None) -> None:
    found = _price(prices, "changing", MILLION, today=day)
    assert found == (TABLE if amount is None else Cost(Decimal(amount), "override", prices.version))


def test_a_server_of_ones_own_may_cost_nothing(prices: PriceList) -> None:
    assert _price(prices, "llama", MILLION, host="localhost:11434").amount == 0
    assert _price(prices, "llama", MILLION, host="localhost:8000") == TABLE


def test_the_name_that_was_served_comes_before_the_one_asked_for(prices: PriceList) -> None:
    assert _price(prices, "changing", MILLION, served="house-small").amount == 10


def test_what_the_vendor_charges_comes_before_any_price(prices: PriceList) -> None:
    charged = Completion("", usage=MILLION, llm="house-small", reported_cost=Decimal("0.07"))
    assert Priced(ScriptedProvider(), prices, lambda: TODAY).price(charged, "house-small") == TABLE


@pytest.mark.parametrize("usage", [Usage(), Usage(1), Usage(input=10, output=1, cached=11)], ids=str)
def test_what_nobody_knows_is_not_guessed(prices: PriceList, usage: Usage) -> None:
    assert _price(prices, "house-large", usage) == TABLE


def test_a_pattern_is_a_whole_name_and_holds_no_regular_expression(tmp_path: Path) -> None:
    dots = read_price_list(_write(tmp_path, 'prices: [{provider: scripted, model: "gpt.5*x", input: 1, output: 1}]'))
    assert _price(dots, "GPT.5-turbo-x", MILLION).source == "override"
    for other in ("gpt-5-x", "gpt.5-turbo", "a-gpt.5x"):
        assert _price(dots, other, MILLION) == TABLE


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    first, again = (read_price_list(_write(tmp_path, FILE)).version for _ in range(2))
    assert first == again != read_price_list(_write(tmp_path, FILE.replace("2,", "3,"))).version


def test_without_a_file_there_are_no_prices() -> None:
    assert read_price_list("") == PriceList()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prices: [", "prices.yaml:1: expected the node content"),
        ("prices: [{provider: a, model: b, input: 1, output: 1, input: 2}]", 'found duplicate key "input": keep one'),
        ("[]", "write `key: value` lines"),
        ("prices: [{provider: a, model: b, input: 1}]", "prices.yaml:1: prices[0].output: is missing"),
        ("prices: [{provider: a, model: b, input: -1, output: 1}]", "prices[0].input"),
        ("prices: [{provider: a, model: b, input: .inf, output: 1}]", "prices[0].input"),
        ("prices: [{provider: a, model: b, input: 1, output: 1, currency: BRL}]", "prices[0].currency"),
        ("prices: [{provider: a, model: b, input: 1, output: 1, outptu: 3}]", "prices[0].outptu: is not known here"),
        (
            "prices: [{provider: a, model: b, input: 1, output: 1}, {provider: a, model: b, input: 1, output: 1}]",
            "never reached",
        ),
    ],
)
def test_a_file_with_a_mistake_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match="PRICES_FILE") as caught:
        read_price_list(_write(tmp_path, text))
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"PRICES_FILE: .*none.yaml cannot be read"):
        read_price_list(str(tmp_path / "none.yaml"))
