"""The tool that looks something up in documents: through whose eyes, what it cites, and when it is there at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from agent.base import Situation, ToolContext, ToolResult
from agent.policy import taint_brought
from agent.tools.knowledge import build_search_tool
from models.ids import new_id
from models.knowledge.passage import Passage, SearchScope
from models.retrieval.answering import ANSWERS, CLOSELY, NEAREST

TENANT, OTHER = new_id(), new_id()
ASKER = Situation(date(2026, 3, 2), "customer", tenant=TENANT)
PASSAGE = Passage(7, "termos.pdf", "Termos de venda", {"page": 3}, "Frete grátis.", 9.5, ("Entrega",), nearness=0.8)


@dataclass
class Shelf:
    """A library of passages given."""

    passages: Sequence[Passage] = (PASSAGE,)
    asked: list[tuple[str, SearchScope, int]] = field(default_factory=list)

    def search(self, query: str, scope: SearchScope, k: int) -> Sequence[Passage]:
        self.asked.append((query, scope, k))
        return self.passages[:k]

    def is_empty(self, tenant_id: UUID) -> bool:
        return tenant_id != TENANT

    def version(self, tenant_id: UUID | None) -> str | None:
        return None


def call(shelf: Shelf, **arguments: object) -> ToolResult:
    return build_search_tool(shelf).call(ToolContext(ASKER, "America/Sao_Paulo"), arguments)


def test_it_looks_through_the_asker_s_eyes_as_of_the_asker_s_day() -> None:
    shelf = Shelf()
    call(shelf, query="frete")
    assert shelf.asked == [("frete", SearchScope(TENANT, "customer", None, date(2026, 3, 2)), 5)]


def test_a_passage_comes_with_what_is_needed_to_cite_it_and_no_score_to_repeat() -> None:
    result = call(Shelf(), query="frete")
    expected = {"document": "Termos de venda", "place": {"page": 3}, "headings": "Entrega", "text": "Frete grátis."}
    assert result.ok
    assert result.content["data"] == {
        "answered": True,
        "nearest": False,
        "closely": True,
        "passages": [expected],
    }
    assert result.content["source"] == "termos.pdf"


@pytest.mark.parametrize(
    ("answers", "told", "note"),
    [
        (CLOSELY, (True, False, True), ""),
        (ANSWERS, (True, False, False), ""),
        (ANSWERS - 0.01, (False, True, False), "may not answer the question. Judge by what they say"),
        (NEAREST, (False, True, False), "may not answer the question. Judge by what they say"),
        (NEAREST - 0.01, (False, False, False), "Unless one of them plainly answers it"),
    ],
)
def test_what_hardly_answers_comes_with_a_word_on_how_to_take_it(
    answers: float, told: tuple[bool, bool, bool], note: str
) -> None:
    content = call(Shelf([replace(PASSAGE, nearness=answers)]), query="frete").content
    assert tuple(content["data"][name] for name in ("answered", "nearest", "closely")) == told
    assert len(content["data"]["passages"]) == 1, "who can judge sees it in any case"
    assert ("note" in content, note in content.get("note", "")) == (bool(note), True)
    assert ("do not answer it from elsewhere" in content.get("note", "")) is bool(note)


def test_nothing_found_is_no_answer() -> None:
    content = call(Shelf([]), query="frete").content
    assert content["data"] == {"answered": False, "nearest": False, "closely": False, "passages": []}
    assert "do not answer it from elsewhere" in content["note"]


def test_many_long_passages_stay_within_what_a_tool_may_return() -> None:
    tool = build_search_tool(Shelf())
    long = [Passage(n, "a", "a", {}, "palavra " * 10_000, 1.0) for n in range(9)]
    result = call(Shelf(long), query="frete")
    assert len(str(result.content).encode()) < tool.max_bytes


@pytest.mark.parametrize("arguments", [{}, {"query": ""}, {"query": "x" * 501}, {"query": "frete", "tenant": "b"}])
def test_wrong_arguments_are_told(arguments: dict[str, object]) -> None:
    shelf = Shelf()
    result = call(shelf, **arguments)
    assert (result.ok, result.content["error"]["code"], shelf.asked) == (False, "bad_arguments", [])


def test_it_is_offered_where_there_are_documents() -> None:
    tool = build_search_tool(Shelf())
    tenants = (TENANT, OTHER, None)
    assert [tool.is_offered(Situation(date.min, "rep", tenant=one)) for one in tenants] == [True, False, False]


@pytest.mark.parametrize(
    ("result", "taint"),
    [
        (call(Shelf(), query="frete"), {"documents"}),
        (call(Shelf([]), query="frete"), set()),
        (call(Shelf([])), {"documents"}),  # refused
        (ToolResult(True, {"data": {"items": [], "passages": []}}), set()),
        (ToolResult(True, {"data": {"items": [{"name": "x"}]}}), {"documents"}),
        (ToolResult(True, {"data": {"items": [{"name": "x"}], "passages": []}}), {"documents"}),
        (ToolResult(True, {}), {"documents"}),
    ],
)
def test_what_it_returns_is_others_words_unless_nothing_was_found(result: ToolResult, taint: set[str]) -> None:
    assert taint_brought(build_search_tool(Shelf()), result) == taint


def test_the_unknown_do_not_get_it() -> None:
    tool = build_search_tool(Shelf())
    assert (tool.effect, tool.labels, "unknown" in tool.roles) == ("read", {"private"}, False)
    Draft202012Validator.check_schema(dict(tool.spec.parameters))
    assert tool.spec.parameters["additionalProperties"] is False
