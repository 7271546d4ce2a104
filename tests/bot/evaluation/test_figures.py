"""Figures of a Portuguese answer, held against what the tools gave."""

from decimal import Decimal

import pytest

from bot.evaluation.figures import find_figures, strangers, tells_one_of


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Foram R$ 1.204.500,40 em outubro.", ["1204500.40"]),
        ("R$1,2 milhão", ["1200000"]),
        ("cerca de 850 mil reais", ["850000"]),
        ("caiu 12,5%, para R$ 3,4 mil", ["12.5", "3400"]),
        ("-3,2 %", ["3.2"]),
        ("812 pedidos, 40 clientes", ["812", "40"]),
        ("entre 01/10/2026 e 31/10/2026, às 10:30", []),
        ("Cerveja Lata 350ml, 2026-10-01", []),
        ("R$ 10.", ["10"]),
    ],
)
def test_figures_are_read_as_brazilians_write_them(text: str, values: list[str]) -> None:
    assert [figure.value for figure in find_figures(text)] == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("said", "is_it"),
    [
        ("R$ 1.204.500,40", True),
        ("R$ 1.204.500", True),
        ("R$ 1,2 milhão", True),
        ("1.205 mil", True),
        ("R$ 1.204.500,41", False),
        ("R$ 1,3 milhão", False),
        ("R$ 1.205.000,00", False),
    ],
)
def test_a_figure_is_a_value_as_rounded_in_print(said: str, is_it: bool) -> None:
    (figure,) = find_figures(said)
    assert figure.matches(Decimal("1204500.40")) is is_it


def test_a_fall_may_be_told_without_its_sign() -> None:
    (figure,) = find_figures("caiu 8,1%")
    assert figure.matches(Decimal("-8.1"))


def test_money_that_no_tool_gave_is_a_stranger_and_a_mere_number_is_not() -> None:
    figures = find_figures("R$ 100,00 e R$ 99,00 nos 5 primeiros, 7% do total")
    assert strangers(figures, [{"items": [{"value": "100.00"}]}]) == ["R$ 99,00", "7%"]


def test_an_answer_must_tell_what_the_tool_is_asked_for() -> None:
    result = {"total": "100.00", "groups": [], "orders": 3}
    assert tells_one_of(find_figures("R$ 100,00"), "sales_summary", result)
    assert not tells_one_of(find_figures("3 pedidos"), "sales_summary", result)
    assert tells_one_of(find_figures("nada foi vendido"), "sales_summary", {"total": None, "groups": []})
