"""What the settings allow LLMs to cost."""

from agent.spec.budgets import BudgetSpec
from bot.settings import Settings
from models.money.budget import Budgets


def build_budgets(settings: Settings) -> Budgets | None:
    """None where nothing is limited: then nothing is reckoned either."""
    spec = BudgetSpec(
        day=settings.budget_day_usd, month=settings.budget_month_usd, person_day=settings.budget_person_day_usd
    )
    return spec.as_budgets(settings.timezone)
