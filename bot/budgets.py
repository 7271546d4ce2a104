"""What the settings and the files of agents allow a company to spend."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Connection

from agent.spec.budgets import BudgetSpec
from bot.settings import Settings
from models.agents.version import AgentVersions
from models.clock import SystemClock
from models.errors import BudgetExceeded
from models.money.budget import Budgets
from models.money.dollar_rate import find_rate
from models.tenant import DEFAULT, find_tenant, get_tenant

_log = logging.getLogger("recado.budget")


def build_budgets(settings: Settings) -> Budgets | None:
    """None where nothing is limited: then nothing is reckoned either."""
    spec = BudgetSpec(
        day=settings.budget_day_usd, month=settings.budget_month_usd, person_day=settings.budget_person_day_usd
    )
    return spec.as_budgets(settings.timezone)


def read_budgets(connection: Connection, tenant_id: UUID, timezone: str) -> Iterator[Budgets | None]:
    """Those of the active agents' files; limits in reais at the file's rate, or the last that is known. None in place
    of what cannot be reckoned: no rate is known, or another release wrote limits that this one cannot read. Whatever
    else that one wrote changes nothing: an agent that cannot work is nobody else's loss."""
    for version in AgentVersions(connection, tenant_id).list_active():
        try:
            stated = BudgetSpec.model_validate(version.spec.get("budgets", {}))
        except ValidationError:
            made = f"version {version.number} of {version.name}"
            _log.error("the budgets of %s were written for another release: apply its file anew", made)
            yield None
            continue
        budgets = stated.as_budgets(timezone, version.name)
        if budgets is None:
            continue
        if budgets.currency == "BRL" and stated.brl_per_usd is None:
            known = find_rate(connection, SystemClock().today(timezone))
            budgets = replace(budgets, rate=known.brl_per_usd) if known else None
        yield budgets


def company_limits(settings: Settings) -> Callable[[Connection, UUID], Budgets | None]:
    """For what no agent and no person asked for: the company's day and month, whoever limits them."""

    def limits(connection: Connection, tenant_id: UUID) -> Budgets | None:
        """Raises BudgetExceeded where a limit cannot be reckoned."""
        _, timezone = get_tenant(connection, tenant_id)
        of_settings = build_budgets(settings) if find_tenant(connection, DEFAULT) == tenant_id else None
        whole: Budgets | None = None
        for each in (*([of_settings] if of_settings else []), *read_budgets(connection, tenant_id, timezone)):
            if each is None:
                raise BudgetExceeded(
                    "no rate of the dollar is known yet for a budget in BRL, or another release wrote one", limit="rate"
                )
            whole = replace(each, agent_day=None, agent_month=None, person_day=None, outer=whole)
        if whole is None:
            return None
        return Budgets(None, None, None, timezone, assumed_price=whole.assumed_price, outer=whole)

    return limits
