"""The budgets of an agent's file become limits, and nonsense is refused."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from agent.spec.budgets import BudgetSpec

ZONE = "America/Sao_Paulo"


def test_without_limits_nothing_is_reckoned() -> None:
    assert BudgetSpec().as_budgets(ZONE, "vendas") is None
    assert BudgetSpec(currency="BRL", brl_per_usd=Decimal(5)).as_budgets(ZONE) is None


def test_limits_in_reais_are_dollars_in_the_books_rounded_down() -> None:
    spec = BudgetSpec(currency="BRL", brl_per_usd=Decimal("5.4"), day=Decimal(20), agent_month=Decimal(100))
    budgets = spec.as_budgets(ZONE, "vendas")
    assert budgets is not None
    assert (budgets.limit("day"), budgets.stated("day")) == (Decimal("3.703703703"), 20)
    assert (budgets.limit("agent_month"), budgets.limit("person_day")) == (Decimal("18.518518518"), None)


@pytest.mark.parametrize(
    "wrong",
    [{"day": 0}, {"day": -1}, {"day": "NaN"}, {"currency": "EUR"}, {"brl_per_usd": 0}, {"daily": 3}],
    ids=str,
)
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        BudgetSpec.model_validate(wrong)
