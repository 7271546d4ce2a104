"""What a sales team uploads, found and cited by its page, its row and its headings."""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from benchmarks.reading import GOAL, make_pages, measure
from jobs.knowledge.document_reading import read_file
from jobs.knowledge.library import Library
from jobs.knowledge.reading import KnowledgeKeeper
from models.files.storage import DiskStorage
from models.knowledge.document import Upload, list_documents
from models.knowledge.passage import Passage, SearchScope
from models.session import session_scope
from models.tenant import ensure_tenant
from tests.agent.knowledge.files import docx, pdf, xlsx

TERMS = [["DA ENTREGA", "Art. 1º O prazo de entrega é de dez dias úteis."], ["Art. 2º A garantia é de um ano."]]


class Desk:
    """A company, and what somebody there uploads."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        storage = DiskStorage(folder)
        self._library = Library(engine, storage)
        self._keeper = KnowledgeKeeper(engine, storage, read_file)
        with session_scope(engine) as connection:
            self.tenant_id = ensure_tenant(connection, slug="a", name="A", timezone="America/Sao_Paulo")

    def add(self, name: str, content: bytes) -> tuple[str, str]:
        """How it ended, and what there is to say of it."""
        self._library.submit(self.tenant_id, Upload(name, name, "pt", ("rep",)), content)
        assert self._keeper.work()
        with session_scope(self._engine) as connection:
            document = next(one for one in list_documents(connection, self.tenant_id) if one.key == name)
        return document.status, document.error

    def find(self, query: str) -> Passage:
        return self._library.search(query, SearchScope(self.tenant_id, "rep", None, date(2026, 3, 2)), 1)[0]


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(engine, tmp_path / "files")


def test_a_clause_of_a_pdf_is_found_by_its_page(desk: Desk) -> None:
    assert desk.add("termos.pdf", pdf(TERMS)) == ("ready", "")
    found = desk.find("qual o prazo de entrega?")
    assert (found.text, found.place) == (TERMS[0][1], {"page": 1, "clause": "Art. 1º"})
    assert (found.path, desk.find("garantia").place) == (("DA ENTREGA",), {"page": 2, "clause": "Art. 2º"})


def test_a_row_of_a_price_list_is_found_by_its_sheet_and_row(desk: Desk) -> None:
    rows: list[list[Any]] = [["Produto", "Preço"], ["Parafuso M8", "R$ 45,90"], ["Porca M8", "R$ 12,00"]]
    assert desk.add("tabela.xlsx", xlsx({"Preços": rows})) == ("ready", "")
    found = desk.find("preço da porca")
    assert (found.text, found.place) == ("Produto: Porca M8; Preço: R$ 12,00", {"sheet": "Preços", "row": 3})


def test_a_text_is_found_by_the_heading_above_it_and_a_document_by_its_own_title(desk: Desk) -> None:
    def write(document: Any) -> None:
        document.core_properties.title = "Política comercial"
        document.add_heading("Devoluções", 1)
        document.add_paragraph("Aceitas em sete dias.")
        document.add_heading("Fretes", 1)
        document.add_paragraph("Pagos por quem compra.")

    assert desk.add("p.docx", docx(write)) == ("ready", "")
    found = desk.find("devoluções")
    assert (found.text, found.title) == ("Aceitas em sete dias.", "Política comercial")


def test_a_scan_is_said_to_be_one(desk: Desk) -> None:
    status, error = desk.add("scan.pdf", pdf([[], []]))
    assert status == "failed"
    assert "its 2 pages hold no text, only pictures of it (a scan?)" in error
    status, error = desk.add("misto.pdf", pdf([["A garantia é de um ano."], []]))
    assert (status, error) == ("ready", "no text was found on 1 of its pages (2): pictures of text are not read")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_hundred_pages_can_be_found_after_thirty_seconds_of_one_processor(engine: Engine) -> None:
    found = measure(engine, make_pages(100))
    assert (found.pages, found.characters > 400_000, found.chunks > 400) == (100, True, True)
    assert found.reading + found.indexing < GOAL
