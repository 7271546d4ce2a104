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

STAGES = {
    "ok": True,
    "data": {
        "stages": [
            {"stage": "Prospecção", "deals": 17, "value": "131300.00", "closed": False},
            {"stage": "Proposta", "deals": 12, "value": "77200.00", "closed": False},
            {"stage": "Ganho", "deals": 36, "value": "510200.00", "closed": True},
            {"stage": "Perdido", "deals": 53, "value": "527300.00", "closed": True},
        ],
        "unit": "BRL",
    },
}
BILLS = {
    "ok": True,
    "data": [
        {"customer": "Mercado Lima", "amount": "5230.00", "status": "paid"},
        {"customer": "Padaria Sol", "amount": "2145.90", "status": "overdue"},
        {"customer": "Rede Norte", "amount": "9125.40", "status": "overdue"},
        {"customer": "Casa Azul", "amount": "3394.60", "status": "open"},
    ],
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
        ("Já encerramos 89 negócios, R$ 1.037.500,00 ao todo.", STAGES),
        ("Dos negócios encerrados ganhamos 40,4%.", STAGES),
        ("29 deals are still open, R$ 208,500.00.", STAGES),
        ("2 clientes têm títulos vencidos, somando R$ 11.271,30.", BILLS),
        ("2 clientes devem mais de R$ 5.000,00 cada.", BILLS),
        ("Maio ficou 10% acima da média mensal de R$ 423.243,37.", MONTHS),
        ("Em 3 meses passamos de R$ 440 mil.", MONTHS),
        ("4 meses ficaram acima da média.", MONTHS),
        ("Mercado Lima and Rede Norte are above the average.", BILLS),
        ("3 caixas de Parafuso Sextavado 5 mm e 2 latas de Tinta Acrílica 18 L saem por R$ 695,30.", STOCK),
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
        ("Já encerramos 79 negócios, R$ 1.037.500,00 ao todo.", STAGES),
        ("89 deals are still open.", STAGES),
        ("3 clientes têm títulos vencidos, somando R$ 12.271,30.", BILLS),
        ("3 clientes devem mais de R$ 5.000,00 cada.", BILLS),
        ("A Casa Azul deve mais de R$ 5.000,00.", BILLS),
        ("Maio ficou 23% acima da média mensal.", MONTHS),
        ("Abril ficou 10% acima da média mensal.", MONTHS),
        ("3 Parafuso Sextavado 5 mm e 2 latas de Tinta Acrílica 18 L saem por R$ 685,30.", STOCK),
        ("Ontem foram 37 pedidos; posso mostrar o top 10.", RANKS),
    ],
)
def test_what_does_not_follow_is_one(draft: str, result: dict[str, Any]) -> None:
    assert suspected(draft, result)


def test_nothing_is_a_share_or_a_change_of_a_month_without_sales() -> None:
    groups = [{"month": "2026-01", "value": "0.00"}, {"month": "2026-02", "value": "1300.00"}]
    result = {"ok": True, "data": {"unit": "BRL", "groups": groups}}

    assert suspected("Fevereiro de 2026 cresceu 37,3% sobre janeiro de 2026.", result) == ["37,3%"]
