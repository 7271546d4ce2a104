"""Figures that only a third party has told go out as that party's, or not at all."""

from collections.abc import Sequence
from datetime import date

import pytest

from agent.base import ChatMessage, Situation, ToolUse, TurnInput
from agent.grounding.evidence import gather_evidence
from agent.grounding.tracing import check
from models.ids import new_id
from models.taint import Taint

PAGE = {
    "ok": True,
    "source": "Portal Atacado",
    "data": {
        "text": "Promoção de inverno: o palete sai por R$ 4.321,00 até sexta-feira, e o frete é grátis para todos."
    },
}


def reasons(
    draft: str,
    *tools: ToolUse,
    text: str = "quanto custa o palete?",
    taint: frozenset[Taint] = frozenset(),
    context: Sequence[ChatMessage] = (),
) -> list[str]:
    situation = Situation(date(2026, 3, 4), "manager")
    turn = TurnInput(new_id(), text, (), situation, "America/Sao_Paulo", context=context, taint=taint)
    return [
        finding.reason for finding in check(draft, gather_evidence(turn, tools)).findings if finding.kind == "money"
    ]


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        ("O palete sai por R$ 4.321,00.", "third_party"),
        ("O site diz que o palete sai por R$ 4.321,00.", ""),
        ("Segundo o Portal Atacado, o palete sai por R$ 4.321,00.", ""),
        ("Segundo **tab.csv**, linha 3: o palete sai por R$ 4.321,00.", ""),
        ("No segundo semestre o palete sai por R$ 4.321,00.", "third_party"),
        ("O palete sai por R$ 4.321,00.\n\nFonte: Portal Atacado", ""),
        ("Dois paletes saem por R$ 8.642,00.", "unknown"),
        ("Conforme o site, dois paletes saem por 2 × R$ 4.321,00 = R$ 8.642,00.", ""),
    ],
)
def test_a_sentence_of_an_untrusted_result_grounds_only_what_is_told_as_its_own(draft: str, reason: str) -> None:
    found = reasons(draft, ToolUse("fetch_page", {}, PAGE, True, is_foreign=True))
    assert set(found) == {reason}


def test_a_line_that_names_the_companys_own_source_covers_no_figure_of_another() -> None:
    sales = {"ok": True, "source": "Aurora Distribuidora: sales_order", "data": {"revenue": "1223124.02"}}
    tools = ToolUse("sales_summary", {}, sales, True), ToolUse("fetch_page", {}, PAGE, True, is_foreign=True)
    draft = "Faturamento: R$ 1.223.124,02. O palete sai por R$ 4.321,00.\n\nFonte: "
    assert reasons(draft + "Aurora Distribuidora", *tools) == ["", "third_party"]
    assert reasons(draft + "Aurora Distribuidora; Portal Atacado", *tools) == ["", ""]


def test_a_sentence_of_a_trusted_result_needs_no_words_about_its_source() -> None:
    assert reasons("O palete sai por R$ 4.321,00.", ToolUse("fetch_page", {}, PAGE, True)) == [""]


def test_a_value_that_an_untrusted_tool_was_asked_for_needs_none_either() -> None:
    price = {"ok": True, "source": "ERP", "data": {"product": "Palete", "price": "4321.00"}}
    assert reasons("O palete sai por R$ 4.321,00.", ToolUse("price", {}, price, True, is_foreign=True)) == [""]


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        ("Fechamos por R$ 950,00.", "third_party"),
        ("A mensagem encaminhada fala em R$ 950,00.", ""),
        ("O cliente pede R$ 950,00.", ""),
        ("O cliente pede desconto; fechamos por R$ 950,00.", "third_party"),
        ("O cliente pede desconto e fechamos por R$ 950,00.", "third_party"),
        ("Pelo documento, são R$ 950,00.", ""),
        ("O documento está pronto: fechamos por R$ 950,00.", "third_party"),
        ("O pedido veio do site. Fechamos por R$ 950,00.", "third_party"),
        ("Fechamos por R$ 950,00.\nFonte: Aurora Distribuidora: sales_order", "third_party"),
    ],
)
def test_a_forwarded_figure_is_somebody_elses(draft: str, reason: str) -> None:
    assert reasons(draft, text="fecho por 950 reais", taint=frozenset({"forwarded"})) == [reason]


@pytest.mark.parametrize(("origin", "reason"), [("third_party", "third_party"), ("person", "")])
def test_a_quoted_figure_is_whose_the_quoted_words_are(origin: str, reason: str) -> None:
    quoted = ChatMessage("user", "[Context: answers «pago 950 reais»]", is_context=True, origin=origin)  # type: ignore[arg-type]
    assert reasons("São R$ 950,00.", context=[quoted]) == [reason]
