"""What people write in chats about a quarter by states, a goal, a delivery and its terms."""

from datetime import date
from typing import Any

import pytest

from agent.base import Situation, ToolUse, TurnInput
from agent.grounding.evidence import gather_evidence
from agent.grounding.tracing import check
from models.ids import new_id

STATES = {
    "ok": True,
    "period": {"start": "2026-07-01", "end": "2026-09-30"},
    "data": {
        "metric": "orders",
        "groups": [
            {"name": name, "value": value}
            for name, value in (("SP", 342), ("PR", 113), ("RJ", 98), ("RS", 61), ("SC", 37))
        ],
    },
}
REVENUE = {
    "ok": True,
    "period": {"start": "2026-07-01", "end": "2026-09-30"},
    "data": {
        "unit": "BRL",
        "groups": [
            {"name": name, "value": value}
            for name, value in (("PR", "435649.84"), ("RJ", "303285.03"), ("RS", "183189.66"), ("SC", "113465.16"))
        ],
    },
}
GOAL = {
    "ok": True,
    "period": {"start": "2026-11-01", "end": "2026-11-30"},
    "data": {
        "unit": "BRL",
        "goal": "217000.00",
        "achieved": "116613.52",
        "percent": "53.7",
        "business_days_left": 6,
        "people": [{"name": f"Ana {at}"} for at in range(8)],
    },
}
FUNNEL = {
    "ok": True,
    "data": {
        "stages": [
            {"stage": stage, "deals": deals} for stage, deals in (("Proposta", 9), ("Negociação", 7), ("Ganho", 36))
        ]
    },
}
DELIVERY = {
    "ok": True,
    "data": {
        "numero": "48213",
        "nota_fiscal": "112.874",
        "previsao": "2026-11-24",
        "terms": "Prazo de 28/42/56 dias no boleto. Frete de R$ 60,00; grátis acima de R$ 1.200,00.",
    },
}


def suspected(draft: str, result: dict[str, Any]) -> list[str]:
    situation = Situation(date(2026, 11, 20), "manager")
    turn = TurnInput(new_id(), "como estamos?", (), situation, "America/Sao_Paulo")
    report = check(draft, gather_evidence(turn, [ToolUse("lookup", {}, result, True)]))
    return [finding.text for finding in report.untraceable]


@pytest.mark.parametrize(
    ("draft", "result"),
    [
        ("O Sul (PR, RS e SC) somou R$ 732.304,66 no terceiro trimestre.", REVENUE),
        ("Paraná vendeu R$ 435.649,84 e o Rio de Janeiro R$ 303.285,03.", REVENUE),
        ("PR: R$ 435.649,84\nRJ: R$ 303.285,03\n\nA média dos dois é de R$ 369.467,44.", REVENUE),
        ("SP lidera com 342, depois PR (113) e RJ (98). Os demais somam 98 pedidos.", STATES),
        ("Você já passou da metade da meta!", GOAL),
        ("Temos 9 negócios em Proposta, 16 com os de Negociação, em 3 etapas.", FUNNEL),
        ("Vendas por estado (em R$ mil):\n- PR: 435,6\n- RJ: 303,3", REVENUE),
        ("| Estado | R$ mil |\n|---|---|\n| PR | 436 |\n| RJ | 303 |", REVENUE),
        ("PR: R$ 435.649,84. RJ está em segundo, a R$ 132.364,81 de distância.", REVENUE),
        ("Fico à disposição para comparar com os últimos 12 meses.", GOAL),
        ("Faltam 6 dias úteis: até amanhã, 21/11, mando o resumo.", GOAL),
        ("A NF 112.874 está em trânsito.", DELIVERY),
        ("Pode parcelar em 28, 42 e 56 dias.", DELIVERY),
    ],
)
def test_what_follows_is_left_alone(draft: str, result: dict[str, Any]) -> None:
    assert suspected(draft, result) == []


@pytest.mark.parametrize(
    ("draft", "result", "wrong"),
    [
        ("O Sul (PR, RS e SC) somou R$ 723.304,66 no terceiro trimestre.", REVENUE, "R$ 723.304,66"),
        ("Na sequência vem Santa Catarina (R$ 303.285,03).", REVENUE, "R$ 303.285,03"),
        ("Faltam 9 dias úteis.", GOAL, "9"),
        ("São R$ 116,6 mil por dia útil.", GOAL, "R$ 116,6 mil"),  # which is of the month
        ("São 3 negócios em Proposta.", FUNNEL, "3"),  # which is how many stages there are
        ("Vendas por estado (em R$ mil):\n- PR: 453,6\n- RJ: 303,3", REVENUE, "453,6"),
        ("Faltam 8 dias úteis.", GOAL, "8"),  # which is how many people there are
        ("A NF 112.847 está em trânsito.", DELIVERY, "112.847"),
        ("A previsão de entrega é 21/11.", DELIVERY, "21/11"),
        ("A previsão de entrega é 30/11.", DELIVERY, "30/11"),
        ("À vista há 5% de desconto; o frete é de R$ 60,00, ou grátis acima de R$ 1.200,00.", DELIVERY, "5%"),
        ("Pode parcelar em 28, 45 e 56 dias.", DELIVERY, "45"),
    ],
)
def test_what_does_not_follow_is_found(draft: str, result: dict[str, Any], wrong: str) -> None:
    assert suspected(draft, result) == [wrong]
