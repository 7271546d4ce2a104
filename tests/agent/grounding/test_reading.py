"""What counts as a claim, and what it says; what is no claim."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.base import Situation, ToolUse, TurnInput
from agent.grounding.evidence import gather_evidence
from agent.grounding.reading import find_claims
from agent.grounding.tracing import check
from agent.providers.offline.figures import number
from models.ids import new_id
from tests.cpu import cpu_seconds


@pytest.mark.parametrize(
    ("text", "kind", "unit", "value"),
    [
        ("R$ 1.234,56", "money", "BRL", "1234.56"),
        ("R$ 1,234.56", "money", "BRL", "1234.56"),
        ("US$ 12.4k", "money", "USD", "12400"),
        ("12 mil reais", "money", "BRL", "12000"),
        ("1,2 milhão de reais", "money", "BRL", "1200000"),
        ("1.2 million", "count", "", "1200000"),
        ("doze mil e quinhentos reais", "money", "BRL", "12500"),
        ("dois milhões e meio de dólares", "money", "USD", "2500000"),
        ("twenty-one orders", "count", "orders", "21"),
        ("veintiún pedidos", "count", "orders", "21"),
        ("33 %", "percent", "", "33"),
        ("quinze por cento", "percent", "", "15"),
        ("três vezes", "multiple", "", "3"),
        ("20 dias úteis", "count", "days", "20"),
        ("R$ 850/mês", "money", "BRL", "850"),
        ("850/1000 pedidos", "count", "", "850"),
        ("meio milhão de reais", "money", "BRL", "500000"),
        ("half a million", "count", "", "500000"),
        ("R$ 1.250.000/ano", "money", "BRL", "1250000"),
        ("__1250__ pedidos", "count", "orders", "1250"),
        ("_1.250_ pedidos", "count", "orders", "1250"),
        ("R$ ¹²⁵⁰", "money", "BRL", "1250"),
        ("R$ ①②⑤", "money", "BRL", "125"),
    ],
)
def test_a_figure_is_read_in_every_form(text: str, kind: str, unit: str, value: str) -> None:
    [claim] = find_claims(f"Foram {text}.")
    assert (claim.kind, claim.unit, claim.values[0]) == (kind, unit, Decimal(value))


@pytest.mark.parametrize(
    "text",
    [
        "1. Vendas\n2. Metas",
        "Atendo 24 horas por dia",
        "Ligue para +55 11 94002-8922 ou (11) 4002-8922",
        "Às 14:30 ou 14h30",
        "Veja https://x.com/2026/03?id=991",
        "Escreva para ana22@loja.com.br",
        "Ficou em 3º lugar",
        "Um cliente e uma venda",
        "Há duas formas de ver isso",
        "You may ask me one thing",
        "Júlio e Marco",
        "Passo 2: escolha o período",
        "1️⃣ Vendas\n2️⃣ Metas",
        "O preço é por m²",
    ],
)
def test_what_claims_nothing_of_the_data_is_no_claim(text: str) -> None:
    assert find_claims(text) == []


@pytest.mark.parametrize(
    "text", ["| Pedidos | Mês |\n|---|---|\n| 850 | maio |", "850. Ana", "Foram 8️⃣5️⃣0️⃣ pedidos", "8️⃣5️⃣0️⃣ pedidos", "R1250"]
)
def test_a_figure_that_looks_like_a_number_of_a_list_or_a_name_is_read_all_the_same(text: str) -> None:
    assert any(claim.kind in {"count", "code"} for claim in find_claims(text))


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for claim in find_claims(text):
        assert text[claim.start : claim.end] == claim.text


AMOUNTS = st.decimals(min_value=Decimal("1000.00"), max_value=Decimal("9999999.99"), places=2)
FORMS = {
    "pt": lambda amount: f"R$ {number(amount, 'pt', 2)}",
    "en": lambda amount: f"R$ {number(amount, 'en', 2)}",
    "whole": lambda amount: f"R$ {number(amount.quantize(Decimal(1)), 'pt', 0)}",
    "mil": lambda amount: f"{number(amount / 1000, 'pt', 1)} mil reais",
    "k": lambda amount: f"R$ {number(amount / 1000, 'en', 1)}k",
    "plain": lambda amount: f"{amount} reais",
}


def is_traced(text: str, amount: Decimal) -> bool:
    result = {"ok": True, "data": {"unit": "BRL", "total": str(amount)}}
    turn = TurnInput(new_id(), "quanto?", (), Situation(date(2026, 3, 4), "manager"), "America/Sao_Paulo")
    report = check(text, gather_evidence(turn, [ToolUse("sales", {}, result, True)]))
    assert report.findings, text
    return not report.untraceable


@given(AMOUNTS, st.sampled_from(sorted(FORMS)))
def test_a_tools_figure_is_traced_in_every_form_it_may_be_printed_in(amount: Decimal, form: str) -> None:
    assert is_traced(f"Foram {FORMS[form](amount)} no período.", amount)


@given(AMOUNTS, st.integers(min_value=0, max_value=8), st.integers(min_value=1, max_value=9))
def test_a_figure_with_one_digit_changed_is_caught(amount: Decimal, place: int, by: int) -> None:
    digits = [*str(amount).replace(".", "")]
    place %= len(digits)
    digits[place] = str((int(digits[place]) + by) % 10)
    changed = Decimal("".join(digits)) / 100
    assert not is_traced(f"Foram R$ {number(changed, 'pt', 2)} no período.", amount)


@pytest.mark.parametrize("shape", ["a@", "a.@", "@a.", "1/", "30/60/", "$", "R$ 1,", "12h", "1 e ", "*_", "n\u00ba "])
def test_reading_what_somebody_sent_to_keep_a_worker_busy_ends(shape: str) -> None:
    """Ten times and more below where leases are lost: a pattern that tries every part of a text takes minutes."""
    sent = TurnInput(new_id(), shape * 20_000, [], Situation(date(2026, 11, 19), "manager"), "America/Sao_Paulo")
    assert cpu_seconds(lambda: gather_evidence(sent, []), rounds=1) < 8


def test_addresses_of_mail_claim_nothing() -> None:
    assert not find_claims("Escreva a ana.2024@x.com.br ou vendas37@aurora.com, hoje mesmo.")
