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
YEAR = {
    "ok": True,
    "period": {"start": "2025-11-19", "end": "2026-11-18"},
    "data": {"unit": "BRL", "revenue_12m": "178747.22", "orders_12m": 212},
}
ORDERS = [
    {"ok": True, "data": {"unit": "BRL", "total": total, "groups": []}, "filters": {"status": status}}
    for total, status in (("276937.98", "cancelled"), ("7535765.70", "valid"))
]
TEAM = {
    "ok": True,
    "data": {
        "unit": "BRL",
        "people": [
            {"salesperson": name, "goal": "200000.00", "achieved": achieved, "percent": percent}
            for name, achieved, percent in (
                ("Ana Prado", "210000.00", "105.0"),
                ("Bia Rocha", "202000.00", "101.0"),
                ("Davi Luz", "220000.00", "110.0"),
                ("Caio Dias", "98507.39", "49.3"),
            )
        ],
    },
}
TERMS = {
    "ok": True,
    "source": "condicoes.md",
    "data": {
        "passages": [
            {
                "text": "Prazo de entrega: 2 dias úteis na capital, 4 dias úteis no interior de São Paulo e até 7 dias "
                "úteis nos outros estados.",
                "place": {"line": 25},
            },
            {
                "text": "- De R$ 3.000,00 a R$ 9.999,99: 2%. - De R$ 10.000,00 a R$ 29.999,99: 4%.",
                "place": {"line": 17},
            },
        ]
    },
}
CODES = {"ok": True, "data": {"unit": "BRL", "items": [{"name": "Óleo", "code": "MER-104", "price": "138.00"}]}}


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
        ("São 212 pedidos, umas 4 compras por semana.", YEAR),
        ("São R$ 178.747,22 no ano, ou R$ 14.895,60 por mês.", YEAR),
        ("Já se passaram 11 dos 19 dias úteis do mês.", GOAL),
        ("29/10: R$ 61.247,52 · 30/10: R$ 54.914,32 · 03/11: R$ 78.635,84", DAYS),
        ("O melhor seria comparar com o 1º trimestre de 2024, quer que eu faça?", GOAL),
        ("Caio Dias fez R$ 98.507,39: faltam R$ 1.492,61 para a metade da meta.", TEAM),
        ("3 dos 4 vendedores bateram a meta.", TEAM),
        ("No Rio de Janeiro o prazo é de até 7 dias úteis (linha 25).", TERMS),
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
        ("São 212 pedidos, umas 6 compras por semana.", YEAR, "6"),
        ("O Óleo sai por R$ 1.104,00.", CODES, "R$ 1.104,00"),  # and names no MER-104
        ("2 dos 4 vendedores bateram a meta.", TEAM, "2"),
        ("Já se passaram 13 dos 19 dias úteis do mês.", GOAL, "13"),
        ("29/10: R$ 61.247,52 · 30/10: R$ 78.635,84", DAYS, "R$ 78.635,84"),
        ("No Rio de Janeiro o prazo é de até 4 dias úteis (linha 25).", TERMS, "4"),
        ("O prazo é de 17 dias úteis.", TERMS, "17"),  # which is where the document says something else
        ("São 4% de R$ 10.000,00 a R$ 19.999,99.", TERMS, "R$ 19.999,99"),  # the sum of two that it lays down
    ],
)
def test_what_does_not_follow_is_found(draft: str, result: dict[str, Any], wrong: str) -> None:
    assert suspected(draft, result) == [wrong]


@pytest.mark.parametrize("end", [" Fonte: Política de entregas", "\nFonte: politica.md", " _(Fonte: politica.md)_"])
def test_a_source_may_be_named_at_the_end_of_a_line(end: str) -> None:
    assert suspected(f"A taxa é de R$ 45,00.{end}", POLICY, is_foreign=True) == []
    assert suspected("A taxa é de R$ 45,00.", POLICY, is_foreign=True) == ["R$ 45,00"]


def test_a_share_goes_where_the_amount_before_it_goes() -> None:
    months = {"ok": True, "data": {"unit": "BRL", "a": {"value": "13330.33"}, "b": {"value": "14940.93"}}}
    assert suspected("De R$ 14.940,93 para R$ 13.330,33: queda de R$ 1.610,60, ou 10,8%.", months) == []
    assert suspected("De R$ 14.940,93 para R$ 13.330,33: queda de R$ 1.610,60, ou 12,1%.", months) == ["12,1%"]


def test_what_is_left_out_is_a_share_of_everything() -> None:
    turn = TurnInput(new_id(), "e em valor?", (), Situation(date(2026, 11, 18), "manager"), "America/Sao_Paulo")
    evidence = gather_evidence(turn, [ToolUse("sales_summary", {}, result, True) for result in ORDERS])
    for share, is_found in (("3,5%", False), ("4,5%", True)):
        report = check(f"Cancelados: R$ 276.937,98, cerca de {share} de tudo.", evidence)
        assert [finding.text for finding in report.untraceable] == [share] * is_found
