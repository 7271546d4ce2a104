"""What may follow from what: figures that nobody announces, within the bounds of chance."""

from datetime import date
from typing import Any

import pytest

from agent.base import Situation, ToolUse, TurnInput
from agent.grounding.evidence import gather_evidence
from agent.grounding.tracing import check
from models.ids import new_id

STOCK = {
    "ok": True,
    "data": [
        {"sku": "PX-1042", "product": "Parafuso Sextavado 5 mm", "stock": 1240, "reserved": 180, "price": "38.50"},
        {"sku": "TA-018", "product": "Tinta Acrílica 18 L", "stock": 42, "reserved": 15, "price": "289.90"},
    ],
}
MONTHS = {
    "ok": True,
    "period": {"start": "2026-01-01", "end": "2026-06-30"},
    "data": {
        "unit": "BRL",
        "total": "2539460.20",
        "groups": [
            {"name": f"2026-0{number}", "value": value}
            for number, value in enumerate(
                ("391204.10", "362880.45", "448915.00", "430127.80", "465330.25", "441002.60"), 1
            )
        ],
    },
}
RANKS = {
    "ok": True,
    "data": {
        "unit": "BRL",
        "items": [
            {"rank": 1, "name": "Mercado Lima", "value": "48210.50"},
            {"rank": 2, "name": "Sol", "value": "31877.25"},
        ],
        "total": "186430.75",
    },
}


def suspected(draft: str, result: dict[str, Any], question: str = "como estamos?") -> list[str]:
    situation = Situation(date(2026, 7, 22), "manager")
    turn = TurnInput(new_id(), question, (), situation, "America/Sao_Paulo")
    report = check(draft, gather_evidence(turn, [ToolUse("lookup", {}, result, True)]))
    return [finding.text for finding in report.untraceable]


@pytest.mark.parametrize(
    ("draft", "result"),
    [
        ("Parafuso 5 mm: 1.060 caixas livres.", STOCK),
        ("10 latas de Tinta Acrílica 18 L × R$ 289,90 = R$ 2.899,00", STOCK),
        ("Para 10 latas da Tinta Acrílica 18 L, daria R$ 2.899,00.", STOCK),
        ("O 1º trimestre fechou em R$ 1.202.999,55 e o 2º em R$ 1.336.460,65.", MONTHS),
        ("Q2 beat Q1 by 11%.", MONTHS),
        ("February: R$362.9k (▼7.2%)\nMarch: R$448.9k (▲23.7%)", MONTHS),
        ("De abril a junho, a média foi de R$ 445,5 mil.", MONTHS),
        ("| Mês | R$ | % |\n|---|---|---|\n| jan | 391.204,10 | 15,4 |", MONTHS),
        ("O Mercado Lima comprou R$ 16.333,25 a mais que o segundo colocado.", RANKS),
        ("Os 2 primeiros somam R$ 80.087,75.", RANKS),
        ("Faltam 9 dias para o mês acabar.", RANKS),
        ("Posso mostrar o top 10 dos últimos 12 meses.", RANKS),
        ('Pergunte, por exemplo, "quanto vendemos nos últimos 7 dias?"', RANKS),
    ],
)
def test_what_follows_from_the_data_is_no_fabrication(draft: str, result: dict[str, Any]) -> None:
    assert suspected(draft, result) == []


@pytest.mark.parametrize(
    ("draft", "result"),
    [
        ("Parafuso 5 mm: 1.160 caixas livres.", STOCK),
        ("10 latas de Tinta Acrílica 18 L × R$ 289,90 = R$ 2.989,00", STOCK),
        ("Vendemos 10 latas.", STOCK),
        ("O 1º trimestre fechou em R$ 1.212.999,55.", MONTHS),
        ("Q2 beat Q1 by 21%.", MONTHS),
        ("February: R$362.9k (▲7.2%)", MONTHS),
        ("Q4 closed at R$441,002.60.", MONTHS),
        ("Ontem foram 37 pedidos; posso mostrar o top 10.", RANKS),
    ],
)
def test_what_does_not_follow_is_one(draft: str, result: dict[str, Any]) -> None:
    assert suspected(draft, result)
