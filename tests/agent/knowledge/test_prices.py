"""Prices in rows: as they are printed in Brazil and elsewhere, and what is none."""

from datetime import date
from decimal import Decimal

import pytest

from agent.knowledge.decimals import find_decimals
from agent.knowledge.parsing.blocks import Cell
from agent.knowledge.price_json import dump_price, load_price
from agent.knowledge.prices import read_amount, read_day, read_prices
from models.knowledge.price_row import PriceRow

AMOUNTS = {
    "R$ 1.234,50": "1234.5",
    "R$45,90": "45.9",
    "1,234.50": "1234.5",
    "US$ 10.00": "10",
    "12,50 €": "12.5",
    "1.234": "1234",
    "1.234.567": "1234567",
    "3,2": "3.2",
    "45": "45",
    "1 234,50": "1234.5",
    "0,0375": "0.0375",
    "25 reais": "25",
    "0,125": "0.125",
    "1234,500": "1234.5",
}
# Where nobody knows which mark parts decimals, where it is the comma, and where it is the point.
EITHER = {
    "1,250": ("1250", "1.25", "1250"),
    "R$ 5.499": ("5499", "5499", "5.499"),
    "1,250.00": ("1250", "1250", "1250"),
    "1.250,00": ("1250", "1250", "1250"),
    "12.5": ("12.5", "12.5", "12.5"),
    "1,250,000": ("1250000", "1250000", "1250000"),
}


@pytest.mark.parametrize("text", AMOUNTS)
def test_money_is_read_as_it_is_printed(text: str) -> None:
    assert read_amount(text) == Decimal(AMOUNTS[text])


@pytest.mark.parametrize("text", EITHER)
def test_a_mark_that_could_part_thousands_or_decimals_is_read_as_the_document_has_it(text: str) -> None:
    assert [read_amount(text, mark) for mark in ("", ",", ".")] == [Decimal(one) for one in EITHER[text]]


@pytest.mark.parametrize(
    ("told", "amounts", "guessed", "decimals"),
    [
        ("en", ["1,250"], "pt", "."),
        ("pt", ["1,250", "3.50"], "", ","),
        ("es", ["3,50"], "en", ""),
        ("", ["1,250", "3.50", "a combinar"], "pt", "."),
        ("", ["1.250", "1.250.000"], "en", ","),
        ("", ["3.50", "3,50"], "pt", ""),
        ("", ["1,250", "45", "US$ 2.345"], "en", "."),
        ("", ["1,250"], "pt", ","),
        ("", ["1,250"], "", ""),
    ],
)
def test_who_says_the_language_decides_then_the_amounts_that_are_sure_then_the_words(
    told: str, amounts: list[str], guessed: str, decimals: str
) -> None:
    assert find_decimals(told, amounts, guessed) == decimals


@pytest.mark.parametrize(
    "text", ["", "a combinar", "sob consulta", "10 a 20", "10%", "-", "R$", "12/03/2026", "R$ 3 R$ 4"]
)
def test_what_is_no_single_amount_is_no_price(text: str) -> None:
    assert read_amount(text) is None


def cells(**columns: str) -> list[Cell]:
    return [Cell(column.replace("_", " "), text) for column, text in columns.items()]


def test_a_row_says_what_costs_how_much_by_the_heads_of_its_columns() -> None:
    row = cells(Código="M8-50", Descrição="Parafuso M8", Unid="cx", Valor_unit="R$ 45,90", Válido_até="31/12/2026")
    assert read_prices(row) == (
        PriceRow("Parafuso M8", Decimal("45.9"), "M8-50", "cx", "BRL", valid_to=date(2026, 12, 31)),
    )
    assert read_prices(cells(Product="Bolt", SKU="7", Price="$3.20")) == (
        PriceRow("Bolt", Decimal("3.2"), "7", "", "USD"),
    )
    assert read_prices(cells(Artículo="Tornillo", Precio="4,10", Moneda="EUR")) == (
        PriceRow("Tornillo", Decimal("4.1"), "", "", "EUR"),
    )


def test_a_row_of_several_prices_names_their_columns() -> None:
    row = [Cell("Produto", "X"), Cell("Preço varejo (R$)", "10,00"), Cell("Preço atacado (R$)", "8,00")]
    assert [(one.label, one.price, one.currency) for one in read_prices(row)] == [
        ("Preço varejo (R$)", Decimal(10), "BRL"),
        ("Preço atacado (R$)", Decimal(8), "BRL"),
    ]


@pytest.mark.parametrize(
    "row",
    [
        cells(Produto="X", Custo="3,00"),
        cells(Produto="X", Valor_total="3,00"),
        cells(Produto="X", Desconto="3,00"),
        cells(Produto="X", Preço="sob consulta"),
        cells(Preço="3,00"),
        cells(Cliente="Padaria Sol", Cidade="Santos"),
    ],
)
def test_costs_totals_discounts_and_the_unpriced_are_no_prices(row: list[Cell]) -> None:
    assert read_prices(row) == ()


def test_the_number_of_a_sheet_counts_and_not_how_it_is_shown() -> None:
    (row,) = read_prices([Cell("Produto", "X"), Cell("Preço", "1.234", Decimal("1.234"), "BRL")])
    assert (row.price, row.currency) == (Decimal("1.234"), "BRL")


def test_days_are_read_as_in_brazil_and_impossible_ones_not_at_all() -> None:
    assert read_day("03/04/2026") == read_day("2026-04-03") == date(2026, 4, 3)
    assert read_day("31/02/2026") is None


def test_a_price_survives_its_way_between_two_processes() -> None:
    row = PriceRow("X", Decimal("45.90"), "1", "cx", "BRL", "Preço", date(2026, 1, 1), None)
    assert load_price(dump_price(row)) == row
