"""Which rows and which times a figure may be reckoned from: those that the sentence, or the conversation, speaks of."""

from datetime import date
from typing import Any

import pytest

from agent.base import ChatMessage, Situation, ToolUse, TurnInput
from agent.grounding.evidence import gather_evidence
from agent.grounding.tracing import check
from models.ids import new_id

TODAY = date(2026, 11, 19)
STAGES = {
    "ok": True,
    "rows": 36,
    "data": {
        "unit": "BRL",
        "stages": [
            {"stage": "Contato", "deals": 10, "value": "55546.00", "closed": False},
            {"stage": "Orçamento", "deals": 17, "value": "77903.00", "closed": False},
            {"stage": "Ganha", "deals": 9, "value": "56792.00", "closed": True},
        ],
        "deals": 36,
        "total": "190241.00",
    },
}
MONTHS = {
    "ok": True,
    "period": {"start": "2026-01-01", "end": "2026-12-31"},
    "data": {
        "unit": "BRL",
        "total": "331792.40",
        "groups": [
            {"name": "2026-08", "value": "86250.62"},
            {"name": "2026-09", "value": "91555.53"},
            {"name": "2026-10", "value": "82123.05"},
            {"name": "2026-11", "value": "71863.20"},
        ],
    },
}
DAYS = {
    "ok": True,
    "period": {"start": "2026-11-16", "end": "2026-11-22"},
    "data": {
        "unit": "BRL",
        "groups": [
            {"name": "2026-11-16", "value": "7334.22"},
            {"name": "2026-11-18", "value": "8134.25"},
            {"name": "2026-11-19", "value": "9657.63"},
        ],
    },
}
PEOPLE = {
    "ok": True,
    "data": {
        "unit": "BRL",
        "total": "287211.55",
        "groups": [
            {"name": "Depósito Sol", "value": "193560.54"},
            {"name": "Atacado Lima", "value": "47440.86"},
            {"name": "Atacado Prado", "value": "10000.00"},
            {"name": "—", "value": "36210.15"},
        ],
    },
}
TERMS = {
    "ok": True,
    "source": "termos.md",
    "data": {"passages": [{"text": "Descontos: 7,5% acima de 300 caixas. Atraso: juros de 1% ao mês."}]},
}
SOLD = {
    "ok": True,
    "data": {
        "unit": "BRL",
        "total": "12331.48",
        "orders": 14,
        "groups": [{"name": f"Produto {letter}", "value": "587.21"} for letter in "ABCDEFGHIJKLMNOPQRSTU"],
    },
}


def suspected(draft: str, result: dict[str, Any], question: str = "como estamos?", before: str = "") -> list[str]:
    history = [ChatMessage("assistant", before, origin="assistant")] if before else []
    turn = TurnInput(new_id(), question, history, Situation(TODAY, "manager"), "America/Sao_Paulo")
    report = check(draft, gather_evidence(turn, [ToolUse("lookup", {}, result, True)]))
    return [finding.text for finding in report.untraceable]


@pytest.mark.parametrize(
    ("draft", "result", "wrong"),
    [
        ("O valor médio das abertas é R$ 4.942,56.", STAGES, []),
        ("O valor médio das abertas é R$ 5.284,47.", STAGES, ["R$ 5.284,47"]),  # of all of them
        ("**Média de agosto a outubro:** R$ 86.643,07.", MONTHS, []),
        ("**Média de agosto a outubro:** R$ 82.948,10.", MONTHS, ["R$ 82.948,10"]),  # with November
        ("Hoje já passou de ontem em R$ 1.523,38.", DAYS, []),
        ("Hoje já passou de ontem em R$ 2.323,41.", DAYS, ["R$ 2.323,41"]),  # which is Monday
        ("Foram 14 pedidos, de 21 produtos.", SOLD, []),
        ("Foram 11 pedidos, de 21 produtos.", SOLD, ["11"]),
    ],
)
def test_a_figure_is_reckoned_from_what_its_sentence_names(
    draft: str, result: dict[str, Any], wrong: list[str]
) -> None:
    assert suspected(draft, result) == wrong


@pytest.mark.parametrize(
    ("draft", "result", "wrong"),
    [
        ("- Depósito Sol: R$ 193.560,54, e R$ 36.210,15 ficaram sem vendedor", PEOPLE, []),
        ("O Depósito Sol lidera com 67,4% dos R$ 287.211,55.", PEOPLE, []),
        ("Nenhum cliente passa de 70%.", PEOPLE, []),
        ("Nenhum cliente passa de 40%.", PEOPLE, ["40%"]),
        (
            "Os atacados somaram R$ 57.440,86:\n- Atacado Lima: R$ 47.440,86\n- Atacado Prado: R$ 10.000,00",
            PEOPLE,
            [],
        ),
        (
            "Os atacados somaram R$ 75.440,86:\n- Atacado Lima: R$ 47.440,86\n- Atacado Prado: R$ 10.000,00",
            PEOPLE,
            ["R$ 75.440,86"],
        ),
        ("O desconto é de 7,5%.", TERMS, []),
        ("O desconto é de 7%.", TERMS, ["7%"]),  # nobody rounds so
        ("Semana que vem (5 dias úteis, de 23 a 27/11) dá para recuperar.", DAYS, []),
        ("Semana que vem (7 dias úteis, de 23 a 27/11) dá para recuperar.", DAYS, ["7"]),
        ("Numa nota de R$ 5.000,00, por exemplo, o juro é de 1%.", TERMS, []),
    ],
)
def test_what_a_reply_adds_is_held_against_the_rows(draft: str, result: dict[str, Any], wrong: list[str]) -> None:
    assert suspected(draft, result) == wrong


@pytest.mark.parametrize(("amount", "is_wrong"), [("R$ 23,20", False), ("R$ 32,20", True)])
def test_interest_is_reckoned_by_the_day(amount: str, is_wrong: bool) -> None:
    draft = f"Juros de 1% ao mês por 20 dias: {amount}"
    assert suspected(draft, TERMS, "um boleto de 3.480 com 20 dias de atraso?") == [amount] * is_wrong


TABLE = "| | Outubro/26 | Setembro/26 |\n|---|---|---|\n| Faturamento | R$ 82.123,05 | R$ 91.555,53 |"


@pytest.mark.parametrize(
    ("before", "draft", "wrong"),
    [
        ("- Ter 10/11: R$ 16.978,98\n- Sex 13/11: R$ 17.722,17", "O melhor foi 13/11, com R$ 17.722,17.", []),
        (
            "- Ter 10/11: R$ 16.978,98\n- Sex 13/11: R$ 17.722,17",
            "O melhor foi 13/11, com R$ 16.978,98.",
            ["R$ 16.978,98"],
        ),
        (TABLE, "- Setembro/2026: R$ 91.555,53", []),
        (TABLE, "- Outubro/2026: R$ 91.555,53", ["R$ 91.555,53"]),
    ],
)
def test_what_was_said_before_keeps_its_day(before: str, draft: str, wrong: list[str]) -> None:
    days = {
        "ok": True,
        "data": {"groups": [{"name": day, "units": 3} for day in ("2026-11-10", "2026-11-13", "2026-10-02")]},
    }
    assert suspected(draft, days, before=before) == wrong


CONTRACTS = {
    "ok": True,
    "data": {
        "total": "1952",
        "unit": "contratos",
        "deals": [{"title": "Contrato 2025", "moved_on": "2025-12-02", "value": "2025.00"}],
    },
}


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        ("Foram 1952 contratos.", []),
        ("Foram **1953** contratos.", ["1953"]),
        ("Desde 1998 contratos não somem.", ["1998"]),
        ("Em **1952** contratos eram de papel.", ["1952"]),
        ("Contrato 2025: parado desde 02/12/2025, R$ 2.025,00.", []),
        ("Contrato 2025: parado desde 2025-12-02.", []),
        ("Contrato 2025: parado desde 03/12/2025.", ["03/12/2025"]),
    ],
)
def test_four_digits_are_a_year_where_the_words_or_a_day_say_so(draft: str, wrong: list[str]) -> None:
    assert suspected(draft, CONTRACTS) == wrong


ORDERS = {
    "ok": True,
    "data": {
        "unit": "BRL",
        "orders": [
            {"number": "37", "customer": "Bar Sol", "date": "2026-11-12", "amount": "1234.50"},
            {"number": "3750", "customer": "Mercado Lua", "date": "2026-11-13", "amount": "980.00"},
        ],
    },
}


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        ("Pedidos 37 e 3750: R$ 1.234,50 e R$ 980,00.", []),
        ("- **37** (12/11): Bar Sol, R$ 1.234,50\n- **3750** (13/11): Mercado Lua, R$ 980,00", []),
        ("| Pedido | Valor |\n|---|---|\n| 37 | R$ 1.234,50 |\n| 3750 | R$ 980,00 |", []),
        ("O pedido nº 3750 é de R$ 980,00.", []),
        ("Custa R$ 3750.", ["R$ 3750"]),
        ("O total é 3750 reais.", ["3750 reais"]),
        ("As vendas cresceram 37%.", ["37%"]),
        ("Desconto de R$ 37 por caixa, entrega em 37 dias.", ["R$ 37", "37"]),
    ],
)
def test_the_number_of_an_order_bears_out_no_figure(draft: str, wrong: list[str]) -> None:
    assert suspected(draft, ORDERS) == wrong
