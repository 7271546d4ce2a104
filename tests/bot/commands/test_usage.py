"""`usage`: what was spent on whom and when, unknown prices never counted as nothing."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from models.agents.version import AgentVersions
from models.inbound import InboundMessage
from models.inbox import RawRequest, store_messages
from models.session import build_engine, session_scope
from models.tenant import DEFAULT, ensure_account, ensure_tenant
from tests.bot.answering import Spent, answer_message
from tests.bot.commands.conftest import Cli


@pytest.fixture(scope="module")
def spent_database_url(clone_database: Callable[[], str]) -> str:
    """Ana asked twice, once at an unknown price; Bruno once."""
    url = clone_database()
    engine = build_engine(url, application_name="test")
    ask(engine, "ana", "a-1", Spent(cost=Decimal("0.001")))
    ask(engine, "ana", "a-2", Spent(cost=None))
    ask(engine, "bruno", "b-1", Spent(tokens_in=1000, tokens_cached=250, tokens_out=0, cost=Decimal("0.02")))
    engine.dispose()
    return url


def ask(engine: Engine, user: str, external_id: str, spent: Spent) -> None:
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug=DEFAULT, name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant, channel="chat")
    request = RawRequest("/chat", {}, b"{}", "0" * 32)
    (stored,) = store_messages(engine, account, request, [InboundMessage(external_id, user, "quanto vendi?")])
    with session_scope(engine) as connection:
        answer_message(connection, stored.message_id, "R$ 1", spent, announce=False)


def test_the_table_has_a_line_for_each_user_and_day_and_the_sum(cli: Cli, spent_database_url: str) -> None:
    done = cli("usage", DATABASE_URL=spent_database_url)
    header, ana, bruno, total, _, note = done.out.splitlines()
    assert header.split()[:3] == ["day", "user", "turns"]
    assert ana.split()[1:6] == ["ana", "2", "2", "200", "0%"]
    assert "0.0010 + ?" in ana
    assert bruno.split()[1:8] == ["bruno", "1", "1", "1000", "25%", "0", "0.0200"]
    assert total.split()[:8] == ["total", "2", "users", "3", "3", "1200", "21%", "46"]
    assert "0.0210 + ?" in total
    assert note == "?: 1 completions have no known price; their cost is in no sum."


def test_the_steps_of_chains_are_added_up_where_they_are_asked_for(cli: Cli, clone_database: Callable[[], str]) -> None:
    url = clone_database()
    engine = build_engine(url, application_name="test")
    ask(engine, "ana", "a-1", Spent(chain_step="route"))
    ask(engine, "ana", "a-2", Spent(chain_step="route", cost=None))
    ask(engine, "ana", "a-3", Spent(chain_step="specialist:vendas", cost=Decimal("0.02")))
    ask(engine, "ana", "a-4", Spent())
    engine.dispose()
    assert "step of a chain" not in cli("usage", DATABASE_URL=url).out
    lines = cli("usage", "--steps", DATABASE_URL=url).out.splitlines()[-2:]
    assert [line.split() for line in lines] == [
        ["route", "2", "200", "46", "0.0012", "+", "?"],
        ["specialist:vendas", "1", "100", "23", "0.0200"],
    ]
    [route, vendas] = json.loads(cli("usage", "--steps", "--json", DATABASE_URL=url).out)["steps"]
    assert (route["unpriced_completions"], vendas["cost"]) == (1, "0.020000000")
    assert (
        json.loads(cli("usage", "--steps", "--json", "--to", "2020-01-31", "--from", "2020-01-01").out)["steps"] == []
    )


def test_that_no_chain_has_run_is_said_where_steps_are_asked_for(cli: Cli, spent_database_url: str) -> None:
    assert "No chain has run from 2" in cli("usage", "--steps", DATABASE_URL=spent_database_url).out
    assert "No chain" not in cli("usage", DATABASE_URL=spent_database_url).out


def test_replies_that_lost_figures_are_counted_by_agent(cli: Cli, clone_database: Callable[[], str]) -> None:
    url = clone_database()
    engine = build_engine(url, application_name="test")
    for number in range(4):
        ask(engine, "ana", f"a-{number}", Spent())
    assert "nothing had told" not in cli("usage", DATABASE_URL=url).out
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug=DEFAULT, name="Aurora", timezone="America/Sao_Paulo")
        agents = AgentVersions(connection, tenant)
        made = [agents.add("vendas", {}, digest, {}) for digest in ("1", "2")]
        ids = connection.execute(text("SELECT id FROM run ORDER BY id")).scalars().all()
        change = text("UPDATE run SET error = :error, agent_version_id = :version WHERE id = :id")
        errors = ["limit: usd; ungrounded: 2 left out", "", "ungrounded: 1 left out"]
        for run_id, version, error in zip(ids[:3], [made[0].id, made[1].id, made[1].id], errors, strict=True):
            connection.execute(change, {"id": run_id, "version": version, "error": error})
    engine.dispose()
    lines = cli("usage", DATABASE_URL=url).out.splitlines()[-2:]
    assert [line.split() for line in lines] == [["the", "environment's", "1", "0"], ["vendas", "3", "2"]]
    assert json.loads(cli("usage", "--json", DATABASE_URL=url).out)["agents"] == [
        {"agent": "", "replies": 1, "struck": 0},
        {"agent": "vendas", "replies": 3, "struck": 2},
    ]
    assert json.loads(cli("usage", "--json", "--to", "2020-01-31", "--from", "2020-01-01").out)["agents"] == []


def test_one_user_can_be_asked_for_and_json_says_the_same(cli: Cli, spent_database_url: str) -> None:
    done = cli("usage", "--user", "bruno", "--json", DATABASE_URL=spent_database_url)
    report = json.loads(done.out)
    (row,) = report["rows"]
    assert (row["user_id"], row["turns"], row["tokens_in"]) == ("bruno", 1, 1000)
    assert Decimal(row["cost"]) == Decimal("0.02")
    assert report["totals"]["users"] == 1
    assert row["mean_response_ms"] is not None


def test_a_day_without_questions_is_said_to_be_one(cli: Cli, spent_database_url: str) -> None:
    done = cli("usage", "--from", "2020-01-01", "--to", "2020-01-31", DATABASE_URL=spent_database_url)
    assert (done.code, done.out) == (0, "Nobody asked anything from 2020-01-01 to 2020-01-31.\n")


def test_days_that_are_none_or_in_the_wrong_order_are_refused(cli: Cli) -> None:
    assert cli("usage", "--from", "31/01/2026").code == 2
    done = cli("usage", "--from", "2026-02-01", "--to", "2026-01-01")
    assert (done.code, "lies after" in done.err) == (1, True)


def test_the_budgets_show_what_is_left(cli: Cli) -> None:
    assert "held back" not in cli("usage").out
    lines = cli("usage", BUDGET_DAY_USD="5", BUDGET_PERSON_DAY_USD="0.5").out.splitlines()
    assert lines[-2].split()[0] == "budget"
    assert lines[-1].split() == ["today", "settings", "5", "USD", "5.0000", "0.0000", "0.0000", "5.0000"]
    lines = cli("usage", "--user", "ana", BUDGET_PERSON_DAY_USD="0.5").out.splitlines()
    assert lines[-1].startswith("the user's today")
    document = json.loads(cli("usage", "--json", BUDGET_MONTH_USD="50").out)
    figures = {"limit": "50", "spent": "0", "reserved": "0", "left": "50"}
    assert document["budgets"] == [{"budget": "month", "agent": None, "stated": "50 USD", **figures}]
    assert "BUDGET_DAY_USD" in cli("usage", BUDGET_DAY_USD="-1").err


def test_the_books_of_a_company_elsewhere_begin_on_its_own_day(
    cli: Cli, spent_database_url: str, tmp_path: Path
) -> None:
    """26 hours lie between the two: there it is never the same day."""
    engine = build_engine(spent_database_url, application_name="recado-tests")
    with session_scope(engine) as connection:
        ensure_tenant(connection, slug="acme", name="Acme", timezone="Pacific/Kiritimati")
    file = tmp_path / "far.yaml"
    file.write_text("agent: far\ntenant: acme\nsource: {url: '${FAR_URL}'}\nbudgets: {day: 100}\n", encoding="utf-8")
    accounts = tmp_path / "accounts.yaml"
    accounts.write_text(
        "tenants: [{tenant: acme, name: Acme, timezone: Pacific/Kiritimati, secrets: [FAR_URL]}]", encoding="utf-8"
    )
    here = {"TIMEZONE": "Etc/GMT+12", "ACCOUNTS_FILE": str(accounts)}
    applied = cli("agents", "apply", str(file), DATABASE_URL=spent_database_url, **here)
    assert applied.code == 0, applied.err
    with session_scope(engine) as connection:
        today = "(now() AT TIME ZONE 'Pacific/Kiritimati')::date"
        found = connection.execute(
            text(
                f"SELECT begins_on = {today} FROM budget JOIN tenant t ON t.id = tenant_id "
                "WHERE t.slug = 'acme' AND kind = 'day'"
            )
        ).all()
    engine.dispose()
    assert [tuple(row) for row in found] == [(True,)]


def test_a_budget_in_an_agents_file_knows_what_was_spent_before_it(
    cli: Cli, spent_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "frugal.yaml"
    file.write_text("agent: frugal\nbudgets: {currency: BRL, brl_per_usd: 5, month: 100}\n", encoding="utf-8")
    applied = cli("agents", "apply", str(file), DATABASE_URL=spent_database_url)
    assert applied.code == 0, applied.err
    document = json.loads(cli("usage", "--json", DATABASE_URL=spent_database_url, BUDGET_MONTH_USD="1").out)
    month, frugal = document["budgets"]
    assert Decimal(month["spent"]) == Decimal(frugal["spent"]) == Decimal("0.021")
    assert (frugal["agent"], frugal["stated"], Decimal(frugal["limit"])) == ("frugal", "100 BRL", Decimal(20))
