"""`POST /v1/search`: a program looks something up in its company's documents."""

import json
from typing import Any

import pytest

from bot.access import create_api_key
from jobs.knowledge.library import Library
from models.knowledge.chunk import Chunk
from models.knowledge.document import Upload
from models.session import session_scope
from models.tenant import DEFAULT, ensure_tenant, find_tenant
from tests.bot.conftest import Door


@pytest.fixture
def door(door: Door) -> Door:
    """A door behind which there are two documents."""
    with session_scope(door.engine) as connection:
        tenant_id = find_tenant(connection, DEFAULT)
    assert tenant_id is not None
    library = Library(door.engine)
    terms = [Chunk("Prazo de entrega: 3 dias", "Prazo de entrega: 3 dias", ("Entrega",), {"page": 2})]
    library.add(tenant_id, Upload("termos.pdf", "Termos", "pt", ("rep", "customer")), terms)
    library.add(
        tenant_id,
        Upload("margens", "Margens", "pt", ("manager",)),
        [Chunk("prazo interno", "prazo interno", given_id=7)],
    )
    return door


def ask(door: Door, body: object, **headers: str) -> tuple[int, Any]:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    proof = headers or door.bearer()
    response = door.client.post("/v1/search", data=sent, headers={"Content-Type": "application/json"} | proof)
    return response.status_code, response.get_json()


def test_passages_come_with_their_place_the_best_first(door: Door) -> None:
    status, answer = ask(door, {"query": "qual o prazo de entrega?"})
    assert (status, answer["query"]) == (200, "qual o prazo de entrega?")
    assert [passage["id"] for passage in answer["passages"]] == ["termos.pdf#1", 7]
    best = answer["passages"][0]
    assert (best["document"], best["title"], best["place"], best["path"]) == (
        "termos.pdf",
        "Termos",
        {"page": 2},
        ["Entrega"],
    )
    assert best["score"] > answer["passages"][1]["score"] > 0


def test_the_program_says_through_whose_eyes(door: Door) -> None:
    _, answer = ask(door, {"query": "prazo", "role": "customer", "k": 1, "language": "pt", "on": "2026-03-02"})
    assert [passage["document"] for passage in answer["passages"]] == ["termos.pdf"]
    assert ask(door, {"query": "prazo", "language": "es"})[1]["passages"] == []


def test_a_key_opens_its_own_company_s_documents_alone(door: Door) -> None:
    with session_scope(door.engine) as connection:
        other = ensure_tenant(connection, slug="boreal", name="Boreal", timezone="America/Manaus")
    _, key = create_api_key(door.engine, tenant_id=other, name="theirs")
    assert ask(door, {"query": "prazo"}, Authorization=f"Bearer {key}") == (200, {"query": "prazo", "passages": []})


def test_without_a_key_nothing_is_searched(door: Door) -> None:
    assert door.client.post("/v1/search", json={"query": "prazo"}).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        {},
        {"query": ""},
        {"query": "x" * 8001},
        {"query": 5},
        {"query": "x", "k": 0},
        {"query": "x", "k": 101},
        {"query": "x", "k": "5"},
        {"query": "x", "role": "boss"},
        {"query": "x", "on": "amanhã"},
        {"query": "x", "tenant": "other"},
    ],
)
def test_what_is_no_question_is_refused(door: Door, body: object) -> None:
    status, problem = ask(door, body)
    assert (status, problem["status"]) == (400, 400)
    assert problem["detail"]


def test_a_question_with_a_nul_finds_nothing_and_breaks_nothing(door: Door) -> None:
    assert ask(door, {"query": "a\0b"})[0] == 200


def test_another_type_of_body_is_refused(door: Door) -> None:
    response = door.client.post("/v1/search", data="query=x", headers=door.bearer())
    assert response.status_code == 415
