"""What an LLM adds unasked when it answers a rep: sources, paces, weeks, comparisons, and what documents lay down."""

from datetime import date
from typing import Any

import pytest

from agent.base import Situation, ToolUse, TurnInput
from agent.grounding.evidence import gather_evidence
from agent.grounding.tracing import check
from models.ids import new_id

GOAL = {
    "ok": True,
    "period": {"start": "2026-11-01", "end": "2026-11-30"},
    "data": {"unit": "BRL", "goal": "159000.00", "achieved": "73089.03", "percent": "46.0", "business_days_left": 8},
}
DAYS = {
    "ok": True,
    "period": {"start": "2026-10-22", "end": "2026-11-18"},
    "data": {
        "unit": "BRL",
        "groups": [
            {"name": name, "value": value}
            for name, value in (
                ("2026-10-29", "61247.52"),
                ("2026-10-30", "54914.32"),
                ("2026-11-03", "78635.84"),
                ("2026-11-04", "57536.16"),
                ("2026-11-05", "53571.79"),
            )
        ],
    },
}
PRICES = {
    "ok": True,
    "data": {"unit": "BRL", "items": [{"name": "Uva", "price": "83.40"}, {"name": "Laranja", "price": "64.20"}]},
}
POLICY = {
    "ok": True,
    "source": "politica.md",
    "data": {
        "passages": [
            {"text": "Comissão por categoria. - Bebidas e Mercearia: 2%. - Limpeza e Higiene: 3,5%. - Doces: 3%."},
            {"text": "Avarias devem ser comunicadas em até 48 horas. A taxa de entrega é de R$ 45,00."},
        ]
    },
}


def suspected(draft: str, result: dict[str, Any], *, is_foreign: bool = False) -> list[str]:
    turn = TurnInput(new_id(), "como estamos?", (), Situation(date(2026, 11, 18), "manager"), "America/Sao_Paulo")
    report = check(draft, gather_evidence(turn, [ToolUse("lookup", {}, result, True, is_foreign)]))
    return [finding.text for finding in report.untraceable]


@pytest.mark.parametrize(
    ("draft", "result"),
    [
        ("Sua média foi de R$ 6.644,46 por dia útil até aqui.", GOAL),  # eleven of them: the 2nd is a holiday
        ("Já passaram 11 dias úteis: R$ 73.089,03.", GOAL),
        ("O feriado de Finados (02/11) pesou.", GOAL),
        ("- 29/10 a 04/11: R$ 252.333,84", DAYS),
        ("O de Uva sai 30% mais caro que o de Laranja.", PRICES),
        ("A comissão de Bebidas é de 2%.", POLICY),
        ("O prazo é de 48 horas. Atendemos 24 horas.", POLICY),
    ],
)
def test_what_follows_is_left_alone(draft: str, result: dict[str, Any]) -> None:
    assert suspected(draft, result) == []


@pytest.mark.parametrize(
    ("draft", "result", "wrong"),
    [
        ("Sua média foi de R$ 7.308,90 por dia útil até aqui.", GOAL, "R$ 7.308,90"),
        ("O feriado de Finados (03/11) pesou.", GOAL, "03/11"),
        ("- 29/10 a 04/11: R$ 262.333,84", DAYS, "R$ 262.333,84"),
        ("O melhor dia de novembro foi 04/11, com R$ 78.635,84.", DAYS, "R$ 78.635,84"),
        ("O de Uva sai 23% mais caro que o de Laranja.", PRICES, "23%"),  # which is how much cheaper the other is
        ("O de Uva sai 77% mais caro que o de Laranja.", PRICES, "77%"),  # which is a share
        ("A comissão de Bebidas é de 3%.", POLICY, "3%"),
        ("O prazo é de 72 horas.", POLICY, "72"),
        ("Se o pedido for menor, paga-se uma taxa de R$ 54,00.", POLICY, "R$ 54,00"),
    ],
)
def test_what_does_not_follow_is_found(draft: str, result: dict[str, Any], wrong: str) -> None:
    assert suspected(draft, result) == [wrong]


@pytest.mark.parametrize("end", [" Fonte: Política de entregas", "\nFonte: politica.md", " _(Fonte: politica.md)_"])
def test_a_source_may_be_named_at_the_end_of_a_line(end: str) -> None:
    assert suspected(f"A taxa é de R$ 45,00.{end}", POLICY, is_foreign=True) == []
    assert suspected("A taxa é de R$ 45,00.", POLICY, is_foreign=True) == ["R$ 45,00"]
