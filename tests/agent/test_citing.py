"""Whatever an LLM takes out of a document, its reply says which one and where; code adds what the LLM left out."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from agent.agent import Agent, Limits
from agent.base import Situation, ToolUse, TurnInput
from agent.citing import with_sources
from agent.grounding.report import Finding
from agent.scratch import ScratchJournal
from agent.tools.knowledge import build_search_tool
from models.ids import new_id
from models.knowledge.passage import Passage, SearchScope
from models.language import Language
from tests.fakes import FixedClock, ScriptedProvider, wish

RETURNS = {
    "document": "Termos de venda",
    "place": {"page": 3, "clause": "Art. 5º"},
    "headings": "Devoluções",
    "text": "Aceitamos devolução em até sete dias corridos do recebimento, na embalagem original e com a nota fiscal.",
}
FREIGHT = {
    "document": "frete.md",
    "place": {"line": 12},
    "headings": "",
    "text": "O frete é grátis nas compras acima de R$ 500,00 para a região Sudeste.",
}
NOTES = {"document": "Avisos", "place": {}, "headings": "", "text": "Na semana do Natal a fábrica fecha ao meio-dia."}
BOLT = {"name": "Parafuso M8", "code": "P8", "price": "45.90", "document": "Tabela", "place": {"sheet": "A", "row": 7}}
QUESTION = "posso devolver um produto?"
ANSWER = "Sim: em até sete dias corridos, com a nota fiscal e na embalagem original."


def searched(*passages: Mapping[str, Any], answered: bool = True) -> ToolUse:
    data = {"answered": answered, "passages": list(passages)}
    return ToolUse("search_documents", {"query": "x"}, {"ok": True, "data": data}, True, True)


def priced(*items: Mapping[str, Any]) -> ToolUse:
    return ToolUse("price_of", {"product": "x"}, {"ok": True, "data": {"items": list(items)}}, True, True)


SALES = ToolUse("sales_summary", {}, {"ok": True, "data": {"revenue": "500.00"}}, True)
FOUND = [searched(RETURNS, FREIGHT, NOTES)]


def added(
    reply: str,
    uses: Sequence[ToolUse] = FOUND,
    findings: Sequence[Finding] = (),
    question: str = QUESTION,
    language: Language = "pt",
) -> str:
    """What stands below the reply."""
    told = with_sources(reply, question, uses, findings, language)
    assert told.startswith(reply)
    return told[len(reply) :]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("pt", "\n\nFonte: Termos de venda, p. 3, Art. 5º."),
        ("en", "\n\nSource: Termos de venda, p. 3, Art. 5º."),
        ("es", "\n\nFuente: Termos de venda, p. 3, Art. 5º."),
    ],
)
def test_a_reply_in_the_words_of_a_passage_names_it(language: Language, line: str) -> None:
    assert added(ANSWER, language=language) == line


def test_each_document_that_is_used_is_named_once_in_the_order_of_the_reply() -> None:
    reply = f"O frete é grátis para a região Sudeste acima de R$ 500,00.\n{ANSWER}\nSão sete dias corridos, repito."
    assert added(reply) == "\n\nFontes: frete.md, linha 12; Termos de venda, p. 3, Art. 5º."


@pytest.mark.parametrize(
    "reply",
    [
        f"{ANSWER} (Termos de venda, p. 3)",
        f"Segundo os **Termos de Venda**, página 3: {ANSWER}",
        f"Na pág. 3 dos termos de venda: {ANSWER}",
        f"{ANSWER}\n\nFonte: termos de venda, Art. 5º",
    ],
)
def test_who_names_document_and_place_is_not_repeated(reply: str) -> None:
    assert added(reply) == ""


@pytest.mark.parametrize("reply", [f"Segundo os termos de venda: {ANSWER}", f"{ANSWER} Termos de venda: em 3 dias."])
def test_a_document_without_its_place_is_named_with_it(reply: str) -> None:
    assert added(reply) == "\n\nFonte: Termos de venda, p. 3, Art. 5º."


def test_the_name_of_a_file_counts_without_its_ending_and_one_without_places_by_itself() -> None:
    freight = "O frete é grátis acima de R$ 500,00 para o Sudeste (frete, linha 12)."
    assert added(freight) == ""
    assert added("Na semana do Natal a fábrica fecha ao meio-dia, conforme os Avisos.") == ""


@pytest.mark.parametrize(
    "reply",
    [
        "Os documentos não dizem nada sobre isso.",
        "Não encontrei essa informação.",
        "De qual produto você fala?",
        "The documents do not answer that.",
    ],
)
def test_nothing_is_named_where_nothing_was_used(reply: str) -> None:
    assert added(reply) == ""
    assert added(reply, [SALES, *FOUND]) == ""


def test_a_mere_yes_is_the_best_passage_s_where_documents_alone_were_asked_and_answer() -> None:
    line = "\n\nFonte: Termos de venda, p. 3, Art. 5º."
    assert added("Sim, pode.") == line
    assert added("Sim, pode.", [searched(RETURNS, answered=False)]) == ""
    assert added("Sim, pode.", [*FOUND, SALES]) == ""
    assert added(ANSWER, [searched(RETURNS, answered=False), SALES]) == line, "its words are used all the same"


def test_a_figure_names_the_only_document_that_tells_it() -> None:
    told = Finding("R$ 500,00", 0, 9, "money", "said", ("search_documents[1].data.passages[1].text: R$ 500,00",))
    uses = [SALES, *FOUND]
    assert added("A partir de R$ 500,00.", uses, [told]) == "\n\nFonte: frete.md, linha 12."
    both = Finding("R$ 500,00", 0, 9, "money", "said", (*told.paths, "sales_summary[0].data.revenue"))
    assert added("A partir de R$ 500,00.", uses, [both]) == "", "it may be from the sales"


def test_a_price_names_its_sheet_and_row() -> None:
    told = Finding("R$ 45,90", 0, 8, "money", "said", ("price_of[0].data.items[0].price",))
    reply = added("Custa R$ 45,90.", [priced(BOLT)], [told], "quanto custa o parafuso?")
    assert reply == "\n\nFonte: Tabela, planilha A, linha 7."


def test_three_sources_are_enough_and_a_long_title_is_cut() -> None:
    rows = [
        dict(BOLT, place={"row": number}, document="Tabela " * 20, name=f"porca inox M{number}") for number in range(5)
    ]
    reply = "\n".join(f"- porca inox M{number}" for number in range(5))
    line = added(reply, [priced(*rows)], question="quais?")
    assert line.count(";") == 2
    assert len(line) < 300


def test_a_reply_over_nothing_but_figures_stays_as_it_was() -> None:
    for uses in ([], [SALES], [ToolUse("search_documents", {}, {"ok": False, "error": {}}, False)]):
        assert added(ANSWER, uses) == ""


class Shelf:
    def search(self, query: str, scope: SearchScope, k: int) -> list[Passage]:
        return [
            Passage(1, "t.pdf", "Termos de venda", {"page": 3}, RETURNS["text"], 1.0, ("Devoluções",), nearness=1.0)
        ]

    def is_empty(self, tenant_id: UUID) -> bool:
        return False

    def version(self, tenant_id: UUID | None) -> str | None:
        return None


def test_an_answer_of_an_llm_leaves_with_its_source() -> None:
    provider = ScriptedProvider(
        [wish("search_documents", query=QUESTION), "Pode, na embalagem original e com nota fiscal."]
    )
    tools = {"search_documents": build_search_tool(Shelf())}
    asker = Situation(date(2026, 3, 2), "rep", "Ana", tenant=new_id(), language="pt")
    turn = TurnInput(new_id(), QUESTION, (), asker, "America/Sao_Paulo", "Aurora")
    result = Agent(provider, "llm-x", tools, Limits(), FixedClock()).run(turn, ScratchJournal())
    assert result.text == "Pode, na embalagem original e com nota fiscal.\n\nFonte: Termos de venda, p. 3."
