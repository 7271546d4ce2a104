"""Lines of a PDF that are rows of a price list become prices where nothing else can be meant, and only there."""

from decimal import Decimal

import pytest

from agent.knowledge.chunking import cut
from agent.knowledge.parsing.price_lines import find_price_lines
from agent.knowledge.parsing.reader import parse
from agent.knowledge.prices import read_prices
from models.knowledge.price_row import PriceRow
from tests.agent.knowledge.files import pdf

HEADS = "Código  Descrição      Unid.  Preço (R$)"
COVERED = [HEADS, "CX-200  Caixa 200 un          cx   R$ 45,90", "PF-1  Parafuso M8 inox   0,35"]


def rows_of(*lines: str) -> list[PriceRow]:
    found = find_price_lines([" ".join(line.split()) for line in lines])
    return [price for number in sorted(found) for price in read_prices(found[number].cells)]


def told(*lines: str) -> list[tuple[str, str, str, str]]:
    return [(row.code, row.name, row.unit, str(row.price)) for row in rows_of(*lines)]


def test_rows_below_their_heads_have_code_name_unit_and_currency() -> None:
    assert rows_of(*COVERED) == [
        PriceRow("Caixa 200 un", Decimal("45.9"), "CX-200", "cx", "BRL"),
        PriceRow("Parafuso M8 inox", Decimal("0.35"), "PF-1", "", "BRL"),
    ]


@pytest.mark.parametrize(
    ("heads", "line", "row"),
    [
        ("Produto Valor", "Óleo diesel 5 L 129,90", ("", "Óleo diesel 5 L", "", "129.9")),
        ("Cód. Produto Preço Unit.", "0042 Luva nitrílica 7,50", ("0042", "Luva nitrílica", "", "7.5")),
        ("Product Unit Price (US$)", "Bolt M8 box 1,245.90", ("", "Bolt M8", "box", "1245.9")),
        ("Código Producto Precio", "T-8 Tornillo 8 mm $ 12,00", ("T-8", "Tornillo 8 mm", "", "12")),
        ("Descrição Preço R$", "Cabo flexível 2,50 mm 3,20", ("", "Cabo flexível 2,50 mm", "", "3.2")),
    ],
)
def test_heads_are_known_in_three_languages(heads: str, line: str, row: tuple[str, str, str, str]) -> None:
    assert told(heads, line) == [row]


def test_codes_and_amounts_of_money_need_no_heads_where_there_are_several() -> None:
    lines = ["LISTA", "CX-200  Caixa 200 un   R$ 45,90", "Caixas reforçadas", "CX201 Caixa com tampa cx R$ 1.045"]
    assert told(*lines) == [("CX-200", "Caixa 200 un", "", "45.9"), ("CX201", "Caixa com tampa", "cx", "1045")]
    assert told(lines[1]) == [], "one by itself may be anything"


@pytest.mark.parametrize(
    "line",
    [
        "Pedidos acima de R$ 500,00",
        "Frete para o Sudeste R$ 30,00",
        "Total R$ 500,00",
        "CX-300 Caixa 300 R$ 45,90 R$ 50,00",
        "CX-300 Caixa 300 45,90 50,00",
        "CX-300 Caixa a partir de R$ 45,90",
        "CX-300 custa R$ 45,90",
        "CX-300 Caixa 300 sob consulta",
        "CX-300 R$ 45,90",
        "Válido até 12.05.2026",
        "Telefone 11 3333-4444",
    ],
)
def test_what_may_be_something_else_is_no_row(line: str) -> None:
    assert told(*COVERED, line) == told(*COVERED)
    assert told(line, line) == []


@pytest.mark.parametrize(
    "heads",
    [
        "Código Descrição Preço Desconto",
        "Produto Preço Estoque",
        "Produto Preço Total",
        "Código Descrição Preço 1 Preço 2",
        "Tabela de preços",
        "Preço do produto",
        "O produto tem preço",
        "Produto Código Preço",
    ],
)
def test_heads_that_leave_open_which_amount_is_the_price_head_nothing(heads: str) -> None:
    assert told(heads, "Caixa 200 45,90", "Caixa 201 50,90") == []


def test_a_sentence_ends_the_table_and_a_section_or_a_page_s_foot_does_not() -> None:
    lines = ["Produto Preço", "Caixa 45,90", "ACESSÓRIOS", "Tampa 5,90", "Página 1 de 2", "Alça 3,90"]
    assert [row[1] for row in told(*lines)] == ["Caixa", "Tampa", "Alça"]
    assert [row[1] for row in told(*lines, "Os valores acima não incluem frete.", "Multa 10,00")] == [
        "Caixa",
        "Tampa",
        "Alça",
    ]


def test_the_rows_of_a_pdf_are_pieces_with_their_page_and_prices() -> None:
    terms = "Pagamento em 28 dias. O frete é por conta de quem compra."
    pieces = cut(parse("t.pdf", "", pdf([["TABELA", *COVERED, terms], ["CX-9  Caixa 9  cx  R$ 9,00"]])).blocks)
    priced = [(piece.text, piece.place.page, str(piece.prices[0].price)) for piece in pieces if piece.prices]
    assert priced == [
        ("Código: CX-200; Descrição: Caixa 200 un; Unid.: cx; Preço (R$): R$ 45,90", 1, "45.9"),
        ("Código: PF-1; Descrição: Parafuso M8 inox; Preço (R$): 0,35", 1, "0.35"),
        ("CX-9 Caixa 9 cx R$ 9,00", 2, "9"),
    ]
    assert any(piece.text == terms for piece in pieces)
