"""`retention`: what a company keeps for how long, told before anything goes."""

import pytest

from benchmarks.past import write_past
from models.session import build_engine, session_scope
from models.tenant import ensure_account, ensure_tenant
from tests.bot.commands.conftest import Cli


@pytest.fixture
def own(cli: Cli, fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line on a database in which two people asked three questions each, just now."""
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    engine = build_engine(fresh_database_url, application_name="recado-tests")
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant, channel="chat")
    write_past(engine, account, "user-", 2, 3)
    with session_scope(engine) as connection:  # ids tell when they were made: those of a question, long ago
        old = "overlay(id::text placing '01900000-0000' from 1 for 13)::uuid"
        connection.exec_driver_sql(f"UPDATE message SET id = {old} WHERE direction = 'in'")
    engine.dispose()
    return cli


def kept(cli: Cli, kind: str) -> list[str]:
    return next(line.split()[1:4] for line in cli("retention", "show").out.splitlines() if line.startswith(kind))


def test_nothing_but_requests_goes_by_default(own: Cli) -> None:
    assert kept(own, "requests") == ["30", "days", "0"]
    assert kept(own, "conversations") == ["forever", "-", "by"]


def test_what_would_go_is_told_before_it_is_agreed_to(own: Cli) -> None:
    asked = own("retention", "set", "conversations", "365")
    assert "6 row(s) are older than 365 days" in asked.out
    assert "add --yes" in asked.err
    assert kept(own, "conversations")[0] == "forever"
    assert own("retention", "set", "conversations", "365", "--yes").code == 0
    assert kept(own, "conversations") == ["365", "days", "6"]


def test_a_rule_is_taken_back(own: Cli) -> None:
    own("retention", "set", "facts", "365")
    assert kept(own, "facts") == ["365", "days", "0"]
    assert own("retention", "set", "facts", "forever").code == 0
    assert kept(own, "facts")[0] == "forever"
    assert own("retention", "set", "requests", "forever").code == 0
    assert kept(own, "requests")[0] == "forever"


@pytest.mark.parametrize("days", ["0", "-1", "a year", "1e3"])
def test_what_is_no_number_of_days_is_refused(own: Cli, days: str) -> None:
    assert own("retention", "set", "facts", days).code == 2
