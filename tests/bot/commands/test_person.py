"""`person`: what is kept of somebody, erased by whoever runs the program - once it is clear who is meant."""

from pathlib import Path

import psycopg
import pytest

from benchmarks.past import write_past
from models.memory.contact import ensure_contact
from models.person import People
from models.session import build_engine, session_scope
from models.tenant import ensure_account, ensure_tenant
from tests.bot.commands.conftest import Cli, run_alone


@pytest.fixture
def own(
    cli: Cli, fresh_database_url: str, fresh_redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Cli:
    """The command line on engines where user-1 and user-2 asked something, and two people are called Ana."""
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("REDIS_URL", fresh_redis_url)
    monkeypatch.setenv("RECADO_DATA_DIR", str(tmp_path))
    engine = build_engine(fresh_database_url, application_name="recado-tests")
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant, channel="chat")
        crm = ensure_account(connection, tenant, channel="crm")
        for place in (account, crm):
            ensure_contact(connection, place, "user-2")
        for _ in range(2):
            People(connection, tenant).add(name="Ana Souza", role="manager")
    write_past(engine, account, "user-", 2, 3)
    engine.dispose()
    return cli


def words_of(url: str, sender: str) -> int:
    with psycopg.connect(url) as connection:
        asked = "SELECT count(*) FROM message m JOIN conversation c ON c.id = m.conversation_id "
        row = connection.execute(
            asked + "WHERE c.sender = %s AND m.text <> '' AND direction = 'in'", (sender,)
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_she_is_erased_and_nobody_else(own: Cli, fresh_database_url: str) -> None:
    done = own("person", "erase", "user-1", "--yes")
    assert done.code == 0, done.err
    assert "message" in done.out
    assert "Receipt: " in done.out
    assert words_of(fresh_database_url, "user-1") == 0
    assert words_of(fresh_database_url, "user-2") == 3
    assert own("person", "erase", "user-1", "--yes").code == 1


def test_a_process_that_knows_no_other_command_erases_as_well(
    own: Cli, fresh_database_url: str, fresh_redis_url: str, tmp_path: Path
) -> None:
    engines = {"DATABASE_URL": fresh_database_url, "REDIS_URL": fresh_redis_url, "RECADO_DATA_DIR": str(tmp_path)}
    done = run_alone("person", "erase", "user-1", "--yes", folder=tmp_path, **engines)
    assert (done.returncode, done.stderr) == (0, "")
    assert words_of(fresh_database_url, "user-1") == 0


def test_nothing_is_erased_unasked(own: Cli, fresh_database_url: str) -> None:
    assert "add --yes" in own("person", "erase", "user-1").err
    assert words_of(fresh_database_url, "user-1") == 3


def test_an_address_that_may_be_two_people_is_asked_about(own: Cli, fresh_database_url: str) -> None:
    assert "chat:user-2, crm:user-2" in own("person", "erase", "user-2", "--yes").err
    assert words_of(fresh_database_url, "user-2") == 3
    assert own("person", "erase", "chat:user-2", "--yes").code == 0
    assert words_of(fresh_database_url, "user-2") == 0


def test_a_name_that_two_people_bear_is_asked_about(own: Cli) -> None:
    assert "fits several people" in own("person", "erase", "ana souza", "--yes").err


def test_of_nobody_nothing_is_erased(own: Cli) -> None:
    assert 'nothing is kept of "ninguem"' in own("person", "erase", "ninguem", "--yes").err


def test_she_is_exported_once_to_a_place(own: Cli, tmp_path: Path) -> None:
    out = tmp_path / "her.zip"
    done = own("person", "export", "user-1", "--out", str(out))
    assert done.code == 0, done.err
    assert out.exists()
    assert "is there already" in own("person", "export", "user-1", "--out", str(out)).err


def test_disks_of_other_servers_are_left_to_their_operator(own: Cli, fresh_database_url: str) -> None:
    done = own("person", "erase", "user-1", "--yes", "--scrub")
    assert done.code == 1
    assert "yours to scrub" in done.err
    assert words_of(fresh_database_url, "user-1") == 0
