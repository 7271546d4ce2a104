"""What a sales team uploads, format by format: what is said where, and under which headings."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook
from pypdf import PdfWriter

from agent.knowledge.chunking import Piece, cut
from agent.knowledge.parsing.blocks import Place
from agent.knowledge.parsing.reader import PARSERS, find_parser, parse
from models.errors import UnreadableDocument
from models.knowledge.price_row import PriceRow
from tests.agent.knowledge.files import docx, mail, pdf, saved, xlsx

PRICES = [
    ["Código", "Produto", "Un.", "Preço"],
    [101, "Parafuso M8", "cx", "R$ 45,90"],
    [102, "Porca", "cx", "1.234,56"],
]


def price(name: str, amount: str, code: str = "", unit: str = "", currency: str = "") -> tuple[PriceRow, ...]:
    """What a row with one price is read as."""
    return (PriceRow(name, Decimal(amount), code, unit, currency),)


def pieces_of(name: str, content: bytes, content_type: str = "") -> list[Piece]:
    return cut(parse(name, content_type, content).blocks)


@pytest.mark.parametrize("kind", PARSERS)
def test_every_parser_is_where_the_registry_says(kind: str) -> None:
    assert callable(find_parser(kind))


def test_a_pdf_says_on_which_page_and_in_which_clause_something_stands() -> None:
    first = ["CAPÍTULO I - DO OBJETO", "Art. 1º O presente contrato regula a ven-", "da de produtos."]
    second = ["Art. 2º O prazo de entrega é de dez dias úteis.", "DA GARANTIA", "A garantia é de um ano."]
    assert pieces_of("contrato.pdf", pdf([first, second])) == [
        Piece(
            "Art. 1º O presente contrato regula a venda de produtos.",
            ("CAPÍTULO I - DO OBJETO",),
            Place(page=1, clause="Art. 1º"),
        ),
        Piece(
            "Art. 2º O prazo de entrega é de dez dias úteis.",
            ("CAPÍTULO I - DO OBJETO",),
            Place(page=2, clause="Art. 2º"),
        ),
        Piece("A garantia é de um ano.", ("CAPÍTULO I - DO OBJETO", "DA GARANTIA"), Place(page=2)),
    ]


def test_a_page_without_text_is_told_and_a_pdf_without_any_is_refused() -> None:
    found = parse("a.pdf", "", pdf([["A garantia é de um ano."], []]))
    assert found.notes == ("no text was found on 1 of its pages (2): pictures of text are not read",)
    with pytest.raises(UnreadableDocument, match=r"its 2 pages hold no text, only pictures of it \(a scan\?\)"):
        parse("a.pdf", "", pdf([[], ["7"]]))


def test_a_pdf_with_a_password_is_refused_and_one_that_only_forbids_printing_is_read() -> None:
    def locked(password: str) -> bytes:
        writer = PdfWriter()
        writer.append(_stream(pdf([["A garantia é de um ano."]])))
        writer.encrypt(password, "dona", algorithm="AES-256")
        return _written(writer)

    assert parse("a.pdf", "", locked("")).blocks[0].text == "A garantia é de um ano."
    with pytest.raises(UnreadableDocument, match="protected by a password: save it without one"):
        parse("a.pdf", "", locked("segredo"))


def _stream(content: bytes) -> Any:
    return io.BytesIO(content)


def _written(writer: PdfWriter) -> bytes:
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_a_docx_has_headings_lists_tables_and_questions() -> None:
    def write(document: Any) -> None:
        document.core_properties.title = "Contrato padrão"
        document.add_heading("Entrega", 1)
        document.add_paragraph("O prazo é de 10 dias.")
        document.add_heading("Qual é o horário?", 2)
        document.add_paragraph("Das 8 às 18.")
        document.add_paragraph("Sábado não.")
        document.add_heading("Preços", 1)
        table = document.add_table(3, 4)
        for row, values in enumerate(PRICES):
            for column, value in enumerate(values):
                table.cell(row, column).text = str(value)

    content = docx(write)
    assert parse("c.docx", "", content).title == "Contrato padrão"
    assert pieces_of("c.docx", content) == [
        Piece("O prazo é de 10 dias.", ("Entrega",)),
        Piece("Qual é o horário?\nDas 8 às 18.\nSábado não.", ("Entrega",)),
        Piece(
            "Código: 101; Produto: Parafuso M8; Un.: cx; Preço: R$ 45,90",
            ("Preços",),
            Place(row=2),
            price("Parafuso M8", "45.90", "101", "cx", "BRL"),
        ),
        Piece(
            "Código: 102; Produto: Porca; Un.: cx; Preço: 1.234,56",
            ("Preços",),
            Place(row=3),
            price("Porca", "1234.56", "102", "cx"),
        ),
    ]


def test_a_sheet_has_its_title_above_its_head_and_sections_between_its_rows() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Tabela"
    sheet["A1"] = "Preços de 2026"
    sheet.merge_cells("A1:D1")
    for row in ([], PRICES[0], ["Fixação"], [101, "Parafuso", "cx", 45.9], ["Vedação"], [205, "Anel", "un", 0.1 + 0.2]):
        sheet.append(row)
    sheet["D5"].number_format = '"R$" #,##0.00'
    book.create_sheet("Custos").sheet_state = "hidden"
    book["Custos"]["A1"] = "só para nós"
    found = parse("t.xlsx", "", saved(book))
    assert found.notes == ('the hidden sheet "Custos" was left out',)
    assert cut(found.blocks) == [
        Piece(
            "Código: 101; Produto: Parafuso; Un.: cx; Preço: R$ 45,90",
            ("Tabela", "Preços de 2026", "Fixação"),
            Place(sheet="Tabela", row=5),
            price("Parafuso", "45.90", "101", "cx", "BRL"),
        ),
        Piece(
            "Código: 205; Produto: Anel; Un.: un; Preço: 0,3",
            ("Tabela", "Preços de 2026", "Vedação"),
            Place(sheet="Tabela", row=7),
            price("Anel", "0.3", "205", "un"),
        ),
    ]


def test_days_shares_and_truths_of_a_sheet_are_words() -> None:
    content = xlsx({"A": [["Produto", "Validade", "Ativo", "Observação"], ["X", date(2026, 3, 12), True, "desde 1/1"]]})
    assert [piece.text for piece in pieces_of("a.xlsx", content)] == [
        "Produto: X; Validade: 2026-03-12; Ativo: sim; Observação: desde 1/1"
    ]


@pytest.mark.parametrize(
    ("heads", "told"),
    [
        (
            ["Produto", "Preço (R$)", "Peso"],
            ["Preço (R$): R$ 1,125; Peso: 0,5", "Preço (R$): R$ 139,80; Peso: 1200", "Preço (R$): R$ 20; Peso: 12,5%"],
        ),
        (
            ["Product", "Price (US$)", "Quantity"],
            ["Price (US$): US$ 1.125; Quantity: 0.5", "Price (US$): US$ 139.80; Quantity: 1200"],
        ),
    ],
)
def test_decimals_are_written_as_the_book_s_language_does_and_the_head_tells_the_currency(
    heads: list[str], told: list[str]
) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (heads, ["X", 1.125, 0.5], ["Y", 139.8, 1200], ["Z", 20, 0.125]):
        sheet.append(row)
    sheet["C4"].number_format = "0.0%"
    pieces = pieces_of("a.xlsx", saved(book))
    for piece, words in zip(pieces, told, strict=False):
        assert piece.text.endswith(words)
    assert [(one.price, one.currency) for piece in pieces for one in piece.prices] == [
        (Decimal(price), "BRL" if told[0].startswith("Preço") else "USD") for price in ("1.125", "139.8", "20")
    ]


def test_a_formula_is_never_reckoned() -> None:
    content = xlsx({"A": [["Produto", "Preço"], ["X", "=1+1"], ["Y", 2]]})
    assert [piece.text for piece in pieces_of("a.xlsx", content)] == ["Produto: X", "Produto: Y; Preço: 2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_a_csv_is_read_in_any_encoding_and_with_any_delimiter(encoding: str, delimiter: str) -> None:
    rows = [[str(value).replace("1.234,56", "1234") for value in row] for row in PRICES]
    rows[1][3] = "45"
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert [(piece.text, piece.place.row) for piece in pieces_of("p.csv", text.encode(encoding))] == [
        ("Código: 101; Produto: Parafuso M8; Un.: cx; Preço: 45", 2),
        ("Código: 102; Produto: Porca; Un.: cx; Preço: 1234", 3),
    ]


def test_a_table_of_questions_gives_pairs() -> None:
    content = 'Pergunta,Resposta\nQual o prazo?,10 dias\nTem cartão?,"Sim, em 3x"\n'.encode()
    assert [piece.text for piece in pieces_of("faq.csv", content)] == [
        "Qual o prazo?\n10 dias",
        "Tem cartão?\nSim, em 3x",
    ]


def test_markdown_says_its_lines() -> None:
    content = "# Venda\n\nTexto com **força** e [link](http://x).\n\n## Prazo?\n\nDez dias.\n\n- a\n- b\n\n"
    content += "| Produto | Preço |\n|---|---|\n| X | R$ 3,00 |\n"
    assert pieces_of("v.md", content.encode()) == [
        Piece("Texto com força e link.", ("Venda",), Place(line=3)),
        Piece("Prazo?\nDez dias.\n- a\n- b", ("Venda",), Place(line=5)),
        Piece("Produto: X; Preço: R$ 3,00", ("Venda", "Prazo?"), Place(line=14), price("X", "3", currency="BRL")),
    ]


def test_html_is_read_without_its_scripts() -> None:
    content = (
        "<html lang=pt-BR><head><title>Loja &amp; cia</title><script>var x = '<p>não</p>'</script></head><body>"
        "<h1>Frete</h1><p>Grátis acima de <b>R$ 100</b>.<ul><li>um<li>dois</ul><style>p {}</style>"
        "<table><tr><th>Produto<th>Preço<tr><td>X<td>R$ 2<tr><td><td>R$ 3</table>"
        "<dl><dt>Aceitam pix?<dd>Sim.</dl></body></html>"
    ).encode()
    found = parse("f.html", "", content)
    assert (found.title, found.language) == ("Loja & cia", "pt")
    assert cut(found.blocks) == [
        Piece("Grátis acima de R$ 100.\n- um\n- dois", ("Frete",)),
        Piece("Produto: X; Preço: R$ 2", ("Frete",), Place(row=2), price("X", "2", currency="BRL")),
        Piece("Preço: R$ 3", ("Frete",), Place(row=3)),
        Piece("Aceitam pix?\nSim.", ("Frete",)),
    ]


def test_plain_text_has_headings_clauses_and_questions_by_their_looks() -> None:
    lines = ["1. Garantia", "A garantia é de um ano.", "3.2 O Comprador deve avisar.", "", "P: Tem frete?", "R: Sim."]
    assert pieces_of("t.txt", "\n".join(lines).encode("cp1252")) == [
        Piece("A garantia é de um ano.", ("1. Garantia",), Place(line=2)),
        Piece("3.2 O Comprador deve avisar.", ("1. Garantia",), Place(line=3, clause="3.2")),
        Piece("P: Tem frete?\nR: Sim.", ("1. Garantia",), Place(line=5, clause="3.2")),
    ]


def test_a_mail_brings_its_attachments_and_says_which_it_could_not_read() -> None:
    files = [
        ("precos.csv", "text/csv", b"Produto;Preco\nX;3,50\nY;4,50\n"),
        ("logo.png", "image/png", b"\x89PNG\r\n\x1a\n0000"),
        ("prazo.pdf", "application/pdf", pdf([["O prazo é de dez dias."]])),
    ]
    found = parse("p.eml", "", mail("Política nova", "O desconto máximo é 10%.\n", files))
    assert found.title == "Política nova"
    assert [note.partition(".")[0] for note in found.notes] == ["attachment logo"]
    assert cut(found.blocks)[1:] == [
        Piece(
            "Produto: X; Preco: 3,50",
            ("Política nova", "precos.csv"),
            Place(file="precos.csv", row=2),
            price("X", "3.5"),
        ),
        Piece(
            "Produto: Y; Preco: 4,50",
            ("Política nova", "precos.csv"),
            Place(file="precos.csv", row=3),
            price("Y", "4.5"),
        ),
        Piece("O prazo é de dez dias.", ("Política nova", "prazo.pdf"), Place(file="prazo.pdf", page=1)),
    ]


def test_what_a_file_is_counts_and_not_what_it_is_called() -> None:
    assert pieces_of("tabela.pdf", xlsx({"A": PRICES}))[0].place == Place(sheet="A", row=2)
    assert pieces_of("tabela.xlsx", b"A garantia vale um ano.") == [Piece("A garantia vale um ano.", (), Place(line=1))]
