"""What a company may spend on what no agent asked for: the lowest of all limits of its day and month."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from agent.spec.agent_spec import AgentSpec
from bot.budgets import company_limits
from bot.settings import load_settings
from models.agents.version import AgentVersions
from models.errors import BudgetExceeded
from models.money.budget import Budgets
from models.session import session_scope
from models.tenant import DEFAULT, ensure_tenant


def limits_of(engine: Engine, slug: str, *files: dict[str, object], **settings: str) -> Budgets | None:
    with session_scope(engine) as connection:
        ensure_tenant(connection, slug=DEFAULT, name="Home", timezone="UTC")
        tenant_id = ensure_tenant(connection, slug=slug, name=slug, timezone="UTC")
        agents = AgentVersions(connection, tenant_id)
        for number, budgets in enumerate(files):
            spec = AgentSpec.model_validate({"agent": f"a{number}", "budgets": budgets})
            agents.activate(agents.add(spec.agent, spec.model_dump(mode="json"), spec.agent, {}))
        return company_limits(load_settings(settings, Path("no-such-file")))(connection, tenant_id)


def test_the_lowest_of_the_settings_and_all_agents_files_holds(engine: Engine) -> None:
    reais = {"currency": "BRL", "brl_per_usd": 5, "month": 100, "agent_day": 1, "person_day": 1}
    found = limits_of(engine, DEFAULT, reais, {"day": 3}, BUDGET_DAY_USD="7", BUDGET_MONTH_USD="30")
    assert found is not None
    assert {kind: limit for kind, limit in found.limits.items() if limit} == {"day": Decimal(3), "month": Decimal(20)}
    assert [found.name("day"), found.spell("month")] == ["budgets.day (a1)", "100 BRL"]
    assert found.agent == ""


def test_what_the_settings_limit_is_of_the_first_company_alone(engine: Engine) -> None:
    assert limits_of(engine, "acme", BUDGET_DAY_USD="7") is None


def test_a_limit_in_reais_without_a_rate_lets_nothing_through(engine: Engine) -> None:
    with pytest.raises(BudgetExceeded, match="no rate of the dollar"):
        limits_of(engine, DEFAULT, {"currency": "BRL", "day": 5})


@pytest.fixture
def an_older_release(engine: Engine) -> Callable[[object], Budgets | None]:
    """Wrote the active file of one agent of the company, beside one that is read as ever."""

    def wrote(budgets: object) -> Budgets | None:
        with session_scope(engine) as connection:
            tenant_id = ensure_tenant(connection, slug=DEFAULT, name="Home", timezone="UTC")
            agents = AgentVersions(connection, tenant_id)
            old = {"agent": "old", "a_key_of_yore": 1, "budgets": budgets}
            agents.activate(agents.add("old", old, "old", {}))
        return limits_of(engine, DEFAULT, {"day": 5})

    return wrote


def test_limits_hold_though_another_release_wrote_the_rest_of_the_file(
    an_older_release: Callable[[object], Budgets | None],
) -> None:
    found = an_older_release({"day": "3"})
    assert found is not None
    assert (found.limit("day"), found.name("day")) == (Decimal(3), "budgets.day (old)")


def test_limits_that_another_release_wrote_in_another_way_let_nothing_through(
    an_older_release: Callable[[object], Budgets | None], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(BudgetExceeded, match="another release"):
        an_older_release({"a_week": "3"})
    assert "the budgets of version 1 of old were written for another release" in caplog.text
