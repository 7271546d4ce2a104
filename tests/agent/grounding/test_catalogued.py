"""Figures inside a name of the catalogue are the name's; beside it they are claims as ever."""

from datetime import date

import pytest

from agent.agent import Agent, Limits
from agent.base import Situation, ToolUse, TurnInput
from agent.grounding.evidence import gather_evidence
from agent.grounding.tracing import check
from agent.providers.offline.citing import cite
from agent.scratch import ScratchJournal
from models.catalogue import Catalogue
from models.errors import ToolError
from models.ids import new_id
from models.language import Language
from tests.fakes import FixedClock, ScriptedProvider

NAMES = ("Café Serra Azul 250g", "Café Serra Azul 500g", "2000")


def struck(draft: str, *, is_away: bool = False) -> tuple[str, ...]:
    def seen(situation: Situation) -> Catalogue:
        if is_away:
            raise ToolError("away", code="unreachable")
        return Catalogue(products=NAMES)

    agent = Agent(ScriptedProvider([draft, draft]), "llm-x", {}, Limits(), FixedClock(), catalogue=seen)
    turn = TurnInput(new_id(), "qual café?", (), Situation(date(2026, 3, 2), "manager"), "America/Sao_Paulo")
    return agent.run(turn, ScratchJournal()).struck


@pytest.mark.parametrize("draft", ["Qual: Café Serra Azul 250g ou CAFÉ SERRA AZUL 500G?", "O Cafe Serra Azul 500g."])
def test_a_name_written_in_full_keeps_its_figures(draft: str) -> None:
    assert struck(draft) == ()


@pytest.mark.parametrize(
    "draft",
    [
        "Vendemos 500 caixas.",
        "Café Serra Azul 500g: 731 caixas.",
        "Café Serra Azul 5000g",
        "Foram R$ 2.000,00 em 2000.",
    ],
)
def test_beside_a_name_a_figure_is_a_claim(draft: str) -> None:
    assert struck(draft)


def test_without_the_sales_data_a_figure_of_a_name_is_struck_as_any_other() -> None:
    assert struck("Café Serra Azul 500g.", is_away=True)


@pytest.mark.parametrize(
    ("unit", "draft", "unknown"),
    [
        ("cx c/ 12", "Leite: R$ 20,00 / cx c/ 12", []),
        ("cx c/ 12", "O leite custa R$ 20,00 a caixa com 12.", []),
        ("fd c/ 64", "Leite: R$ 20,00 / fd c/ 64", []),
        ("12 un", "Leite: R$ 20,00 / 12 un", []),
        ("500 ml", "O leite custa R$ 20,00 a garrafa de 500 ml.", []),
        ("500 ml", "O leite custa R$ 500,00.", ["R$ 500,00"]),
        ("fd c/ 64", "O leite custa R$ 20,00 a caixa com 12.", ["12"]),
    ],
)
def test_what_a_price_is_for_is_known_as_a_count_and_no_price(unit: str, draft: str, unknown: list[str]) -> None:
    item = {"name": "Leite", "unit": unit, "price": "20.00", "currency": "BRL", "document": "Tabela", "place": {}}
    use = ToolUse("price_of", {"product": "leite"}, {"ok": True, "data": {"items": [item]}}, True, True)
    situation = Situation(date(2026, 3, 2), "rep")
    turn = TurnInput(new_id(), "quanto custa o leite?", (), situation, "America/Sao_Paulo")
    report = check(draft, gather_evidence(turn, [use]))
    assert [finding.text for finding in report.untraceable] == unknown


@pytest.mark.parametrize("language", ["pt", "en"])
@pytest.mark.parametrize("day", ["2026-11-15", "15/11/2026"])
def test_the_day_on_which_a_cited_price_ended_is_known(day: str, language: Language) -> None:
    row = {"document": "Tabela", "place": {"row": 2}, "text": f"Produto: Óleo; Preço (R$): R$ 139,80; Validade: {day}"}
    data = {"items": [], "answered": True, "passages": [row | {"price_ended_on": "2026-11-15"}]}
    use = ToolUse("price_of", {"product": "óleo"}, {"ok": True, "source": "Tabela", "data": data}, True, True)
    turn = TurnInput(new_id(), "quanto custa o óleo?", (), Situation(date(2026, 11, 21), "rep"), "America/Sao_Paulo")
    said = cite(data, language)
    assert "2026)" in said
    assert check(said, gather_evidence(turn, [use])).untraceable == ()
