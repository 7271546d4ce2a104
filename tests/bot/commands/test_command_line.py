"""The command line itself: help, exit codes, and errors in one line."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.__main__ import COMMANDS, load_command, main
from bot.commands.database import reaching_database
from models.session import build_engine
from tests.bot.commands.conftest import ROOT, Cli, run_alone


def test_help_names_every_command_and_loads_next_to_nothing(tmp_path: Path) -> None:
    script = (
        "import sys, bot.__main__ as line\n"
        "try:\n    line.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('pydantic', 'sqlalchemy', 'flask', 'rq', 'alembic', 'logging') if m in sys.modules])\n"
    )
    environ = {"PYTHONPATH": str(ROOT)}
    run = [sys.executable, "-c", script]
    done = subprocess.run(run, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=240, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    for name in COMMANDS:
        assert f"\n    {name}" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, cli: Cli) -> None:
    done = cli(name, "--help")
    assert done.code == 0
    assert done.out.startswith(f"usage: python -m bot {name}")


@pytest.mark.parametrize("name", ["people", "operators", "keys", "inbox", "outbox"])
def test_a_group_without_an_action_says_how_it_is_used(name: str, cli: Cli) -> None:
    done = cli(name)
    assert done.code == 2
    assert "<action>" in done.err


def test_no_command_shows_the_help(cli: Cli) -> None:
    done = cli()
    assert done.code == 2
    assert "commands:" in done.out


def test_an_unknown_command_is_refused(cli: Cli) -> None:
    done = cli("dance")
    assert done.code == 2
    assert "invalid choice: 'dance'" in done.err


def test_a_wrong_setting_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    done = run_alone("usage", folder=tmp_path, PORT="eighty")
    assert done.returncode == 2
    assert done.stderr.startswith("recado: PORT: ")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_broken_env_file_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("this is no setting\n", encoding="utf-8")
    done = run_alone("usage", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("recado: .env line 1 is not NAME=value")
    assert len(done.stderr.splitlines()) == 1


def test_a_database_out_of_reach_names_the_setting_and_hides_the_password(cli: Cli) -> None:
    done = cli("people", "list", DATABASE_URL="postgresql://u:hunter22@127.0.0.1:1/nothing")
    assert done.code == 2
    assert done.err.startswith("recado: DATABASE_URL: PostgreSQL cannot be reached")
    assert len(done.err.splitlines()) == 1
    assert "hunter22" not in done.err


def test_a_worker_without_its_database_says_so_in_one_line(tmp_path: Path) -> None:
    away = {"DATABASE_URL": "postgresql://u:hunter22@127.0.0.1:1/nothing", "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = run_alone("worker", folder=tmp_path, **away)
    assert done.returncode == 2
    assert done.stderr.startswith("recado: DATABASE_URL: PostgreSQL cannot be reached")
    assert len(done.stderr.splitlines()) == 1
    assert "hunter22" not in done.stderr + done.stdout


def test_an_unexpected_error_is_one_line_until_one_asks_for_more(cli: Cli) -> None:
    commands = {"fail": ("tests.bot.commands.failing:FAILING", "fails")}
    done = cli("fail", commands=commands)
    assert (done.code, done.err) == (1, "recado: unexpected ValueError: no luck (LOG_LEVEL=DEBUG shows where)\n")
    told = cli("fail", commands=commands, LOG_LEVEL="DEBUG")
    assert "in _run" in told.err


def test_an_unexpected_end_of_a_process_is_in_its_log(cli: Cli) -> None:
    done = cli("serve", commands={"serve": ("tests.bot.commands.failing:SERVING", "serves")})
    assert done.code == 1
    line = json.loads(done.out)
    assert (line["level"], line["process"]) == ("CRITICAL", "web")
    assert "ValueError: no luck" in line["exc_info"]


def test_ctrl_c_ends_a_command_quietly(cli: Cli) -> None:
    done = cli("wait", commands={"wait": ("tests.bot.commands.failing:INTERRUPTED", "is interrupted")})
    assert (done.code, done.out, done.err) == (130, "", "")


def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path) -> None:
    words = "import sys, bot.__main__ as line\n"
    words += "sys.exit(line.main(['talk'], {'talk': ('tests.bot.commands.failing:TALKING', 'talks')}))"
    command = [sys.executable, "-c", words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        complaints = process.stderr.read()
        assert (process.wait(180), complaints) == (141, b"")


def test_a_statement_that_takes_too_long_is_not_called_a_database_out_of_reach() -> None:
    canceled = OperationalError("SELECT", {}, psycopg.errors.QueryCanceled("too long"))
    with pytest.raises(OperationalError), reaching_database():
        raise canceled


def test_every_command_is_found_where_the_table_says() -> None:
    for path, summary in COMMANDS.values():
        assert callable(load_command(path).run)
        assert summary


def test_migrating_twice_changes_nothing(cli: Cli) -> None:
    first, second = cli("migrate"), cli("migrate")
    assert first.code == second.code == 0
    assert first.out == second.out
    assert first.out.startswith("The database is at revision ")


def test_a_database_of_another_version_asks_for_the_migration(cli: Cli, clone_database: Callable[[], str]) -> None:
    url = clone_database()
    engine = build_engine(url, application_name="test")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    engine.dispose()
    done = cli("people", "list", DATABASE_URL=url)
    assert done.code == 2
    assert "run `python -m bot migrate` first" in done.err


def test_main_reads_the_process_arguments(monkeypatch: pytest.MonkeyPatch, quiet_environment: None) -> None:
    monkeypatch.setattr("sys.argv", ["bot", "dance"])
    with pytest.raises(SystemExit, match="2"):
        main()


def test_a_python_without_the_packages_is_sent_to_the_environment_that_has_them(tmp_path: Path) -> None:
    bare = [sys.executable, "-S", "-m", "bot", "usage"]
    environ = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(bare, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 2
    assert ". .venv/bin/activate" in done.stderr
    assert len(done.stderr.splitlines()) == 1
