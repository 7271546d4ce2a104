"""Prices of uploaded lists, asked by name or code, within what the asker may read."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from agent.base import Situation, ToolContext
from agent.tools.prices import build_price_tool
from jobs.knowledge.document_reading import read_file
from jobs.knowledge.library import Library
from jobs.knowledge.reading import KnowledgeKeeper
from models.files.storage import DiskStorage
from models.knowledge.document import Upload
from models.knowledge.passage import SearchScope
from models.session import session_scope
from models.tenant import ensure_tenant
from tests.agent.knowledge.files import xlsx

TODAY = date(2026, 3, 2)
ROWS: list[list[Any]] = [
    ["Código", "Produto", "Unid.", "Preço (R$)", "Válido até"],
    ["M8", "Parafuso M8", "cx", "45,90", ""],
    ["M8-INOX", "Parafuso M8 inox", "cx", "1.245,90", ""],
    ["AN", "Anel de vedação", "un", 0.35, "31/01/2026"],
    ["PO", "Porca sextavada", "cx", "sob consulta", ""],
]


class Shop:
    """A company with a price list."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        storage = DiskStorage(folder)
        self.library = Library(engine, storage)
        self._keeper = KnowledgeKeeper(engine, storage, read_file)
        with session_scope(engine) as connection:
            self.tenant_id = ensure_tenant(connection, slug="a", name="A", timezone="America/Sao_Paulo")
            self.other_id = ensure_tenant(connection, slug="b", name="B", timezone="America/Sao_Paulo")

    def add(self, rows: list[list[Any]], name: str = "tabela.xlsx", roles: tuple[str, ...] = ("rep",)) -> None:
        self.submit(Upload(name, name, "pt", roles), xlsx({"Preços": rows}))

    def submit(self, upload: Upload, content: bytes) -> None:
        self.library.submit(self.tenant_id, upload, content)
        assert self._keeper.work()

    def prices(self, product: str, role: str = "rep", on: date = TODAY) -> list[tuple[str, Decimal]]:
        found = self.library.prices(product, SearchScope(self.tenant_id, role, None, on), 10)
        return [(item.row.name, item.row.price) for item in found]

    def ask(self, product: str) -> dict[str, Any]:
        context = ToolContext(Situation(today=TODAY, role="rep", tenant=self.tenant_id), "America/Sao_Paulo")
        result = build_price_tool(self.library).call(context, {"product": product})
        assert result.ok
        return dict(result.content["data"])


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Shop:
    made = Shop(engine, tmp_path / "files")
    made.add(ROWS)
    return made


def test_a_price_is_found_by_name_code_and_plural_without_accents(shop: Shop) -> None:
    assert shop.prices("parafuso m8") == shop.prices("M8") == [("Parafuso M8", Decimal("45.9"))]
    assert shop.prices("m8 inox") == [("Parafuso M8 inox", Decimal("1245.9"))]
    assert shop.prices("PARAFUSOS") == [("Parafuso M8", Decimal("45.9")), ("Parafuso M8 inox", Decimal("1245.9"))]
    assert shop.prices("aneis") == shop.prices("porca") == shop.prices("%") == []


@pytest.mark.parametrize(
    ("language", "is_told", "price"),
    [("en", True, "1250"), ("pt", True, "1.25"), ("pt", False, "1250"), ("en", False, "1250")],
)
def test_the_language_that_was_said_decides_what_a_comma_parts(
    shop: Shop, language: str, is_told: bool, price: str
) -> None:
    rows = b"SKU;Item;Price\nBX-9;Crate;1,250\n"
    upload = Upload("crates.csv", "crates.csv", language, ("rep",), is_language_told=is_told)
    shop.submit(upload, rows)
    assert shop.prices("crate") == [("Crate", Decimal(price))]


def test_a_code_and_a_measure_are_found_however_they_are_written(shop: Shop) -> None:
    names = ["Café Serra Azul torrado 500 g", "Café Serra Azul torrado 250g", "Água mineral 1,5 L", "Óleo 15 litros"]
    shop.add(
        [["Código", "Produto", "Preço"], *([f"CX-{at}", name, f"{at},50"] for at, name in enumerate(names))], "b.xlsx"
    )
    coffee = [(names[0], Decimal("0.5"))]
    for asked in (
        "café serra azul 500g",
        "cafe da serra azul de 500 g",
        "Serra Azul 500 gramas",
        "cx0",
        "CX 0",
        "CX-0",
    ):
        assert shop.prices(asked) == coffee, asked
    assert shop.prices("agua mineral 1,5l") == shop.prices("água 1,5 litro") == [(names[2], Decimal("2.5"))]
    assert shop.prices("óleo 15 l") == shop.prices("oleo 15L") == [(names[3], Decimal("3.5"))]
    assert shop.prices("café 50 g") == shop.prices("óleo 5 l") == []


def test_a_mistyped_name_is_put_right_said_to_be_a_guess_and_a_number_never_is(shop: Shop) -> None:
    shop.add([["Produto", "Preço"], ["Azeite extra virgem", "39,90"]], "b.xlsx")
    assert shop.prices("azeite extra virgen") == shop.prices("aseite") == [("Azeite extra virgem", Decimal("39.9"))]
    assert shop.prices("parafuzo m8") == [("Parafuso M8", Decimal("45.9"))]
    assert shop.prices("parafuzo m9") == shop.prices("azulejo") == []
    assert [shop.ask(asked)["guessed"] for asked in ("azeite extra virgem", "azeite extra virgen")] == [False, True]


def test_a_price_holds_on_its_days_for_those_who_may_read_it_and_in_its_company(shop: Shop) -> None:
    assert shop.prices("anel") == []
    assert shop.prices("anel", on=date(2026, 1, 31)) == [("Anel de vedação", Decimal("0.35"))]
    assert shop.prices("parafuso m8", role="customer") == []
    assert shop.library.prices("m8", SearchScope(shop.other_id, "rep", None, TODAY), 10) == []


def test_a_row_whose_price_does_not_hold_today_is_said_to_be_over_by_both_tools(shop: Shop) -> None:
    shop.add([["Produto", "Preço", "Válido desde"], ["Arruela lisa", "9,00", "01/04/2026"]], "b.xlsx")
    scope = SearchScope(shop.tenant_id, "rep", None, TODAY)
    for product, days in (
        ("anel de vedação", (date(2026, 1, 31), None)),
        ("arruela lisa", (None, date(2026, 4, 1))),
        ("parafuso m8 inox", (None, None)),
    ):
        best = shop.library.search(product, scope, 1)[0]
        assert (best.price_ended_on, best.price_begins_on) == days
    over = shop.ask("anel de vedação")
    assert (over["items"], over["passages"][0]["price_ended_on"]) == ([], "2026-01-31")
    assert shop.ask("arruela lisa")["passages"][0]["price_begins_on"] == "2026-04-01"


def test_another_list_takes_the_place_of_the_old_prices_and_a_removed_one_takes_them_along(shop: Shop) -> None:
    shop.add([ROWS[0], ["M8", "Parafuso M8", "cx", "50,00", ""]])
    assert shop.prices("parafuso") == [("Parafuso M8", Decimal(50))]
    shop.library.remove(shop.tenant_id, "tabela.xlsx")
    assert shop.prices("parafuso") == []


def test_the_tool_cites_the_row_lists_what_is_ambiguous_and_gives_the_nearest_passages_else(shop: Shop) -> None:
    found = shop.ask("M8")
    assert found["ambiguous"] is False
    assert found["items"] == [
        {
            "name": "Parafuso M8",
            "code": "M8",
            "unit": "cx",
            "price": "45.90",
            "currency": "BRL",
            "price_kind": None,
            "document": "tabela.xlsx",
            "place": {"sheet": "Preços", "row": 2},
        }
    ]
    assert (shop.ask("parafuso")["ambiguous"], len(shop.ask("parafuso")["items"])) == (True, 2)
    nearest = shop.ask("porca sextavada")
    assert (nearest["items"], nearest["answered"]) == ([], True)
    assert "sob consulta" in nearest["passages"][0]["text"]
