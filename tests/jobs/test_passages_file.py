"""A file of ready passages is taken in line by line: one that cannot be kept is left out, and said."""

import json
from datetime import date

import pytest
from sqlalchemy import Engine

from jobs.knowledge.library import Library
from jobs.knowledge.passages_file import read_passages
from models.knowledge.document import Upload
from models.knowledge.passage import SearchScope
from models.session import session_scope
from models.tenant import ensure_tenant

GOOD = b'{"id": "a", "text": "prazo de entrega"}'


@pytest.mark.parametrize(
    "odd",
    [
        rb'{"id": "b\u0000", "text": "frete"}',
        rb'{"id": "b\ud800", "text": "frete"}',
        b'{"id": ' + b"9" * 4000 + b', "text": "frete"}',
        b'{"id": ' + b"9" * 5000 + b', "text": "frete"}',
        json.dumps({"id": "b" * 501, "text": "frete"}).encode(),
        rb'{"id": "b", "text": "\ud800\u0000"}',
    ],
    ids=["NUL", "half a character", "4000 digits", "5000 digits", "long", "nothing else"],
)
def test_a_line_that_cannot_be_kept_is_left_out_and_said(odd: bytes) -> None:
    found = read_passages([GOOD, odd, GOOD])
    assert [passage.given_id for passage in found.passages] == ["a", "a"]
    assert found.mistakes[0].startswith("line 2: ")


def test_what_no_database_keeps_is_taken_out_of_texts_and_titles(engine: Engine) -> None:
    lines = [rb'{"id": "a", "text": "pra\u0000zo \ud83d de entrega", "title": "Ter\udfffmos"}', rb'{"kind": "x\ud800"}']
    found = read_passages(lines)
    with session_scope(engine) as connection:
        tenant_id = ensure_tenant(connection, slug="aurora", name="Aurora", timezone="America/Sao_Paulo")
    library = Library(engine)
    library.add(tenant_id, Upload("a.jsonl", "a", "pt", ("rep",)), found.passages)
    (passage,) = library.search("entrega", SearchScope(tenant_id, "rep", None, date(2026, 3, 4)), 5)
    assert (passage.text, passage.path) == ("prazo  de entrega", ("Termos",))
    assert "kind x were" in "".join(found.notes())
