"""What the settings allow LLMs to cost."""

from bot.settings import Settings
from models.budget import Budgets


def build_budgets(settings: Settings) -> Budgets | None:
    """None where nothing is limited: then nothing is reckoned either."""
    limits = (settings.budget_day_usd, settings.budget_month_usd, settings.budget_person_day_usd)
    return None if limits == (None, None, None) else Budgets(*limits, timezone=settings.timezone)
