"""`source`: check, draft and schema, as somebody at the terminal meets them."""

import json
from pathlib import Path

from tests.bot.commands.conftest import Cli

ROOT = Path(__file__).parents[3]


def test_the_demos_file_fits_the_demo_and_shows_figures(cli: Cli) -> None:
    done = cli("source", "check", str(ROOT / "sources" / "demo.yaml"))
    assert done.code == 0, done.err
    assert "demo.yaml fits the database." in done.out
    assert "average_ticket (BRL)" in done.out


def test_a_broken_file_is_told_with_its_line(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    text = (ROOT / "sources" / "demo.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("  city: city\n", "  city: town\n"), encoding="utf-8")
    line = next(n for n, row in enumerate(path.read_text().splitlines(), 1) if "town" in row)
    done = cli("source", "check", str(path))
    assert done.code == 1
    assert f"broken: {path}:{line}: customer.city: column customer.town does not exist" in done.out


def test_every_mistake_of_a_file_is_told_at_once_without_a_database(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    text = (ROOT / "sources" / "demo.yaml").read_text(encoding="utf-8")
    text = text.replace("  amount: total\n", "  amount: total; DROP TABLE x\n", 1)
    path.write_text(text.replace("  city: city\n", "  city: pg_sleep(9)\n"), encoding="utf-8")
    done = cli("source", "check", str(path), "--url", "postgresql://nobody@127.0.0.1:9/none")
    assert done.code == 2
    assert "customer.city: the function pg_sleep is not known" in done.err
    assert "sale.amount: one expression is wanted" in done.err


def test_a_draft_of_the_demo_is_yaml_that_names_its_tables(cli: Cli, command_database_url: str) -> None:
    done = cli("source", "draft", command_database_url, "--schema", "demo")
    assert done.code == 0, done.err
    assert "from: sales_order" in done.out
    assert "key: id" in done.out


def test_a_name_left_to_do_is_doubted_before_people_read_it(cli: Cli, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    text = (ROOT / "sources" / "demo.yaml").read_text(encoding="utf-8")
    mine.write_text(text.replace("company:\n  query: SELECT name FROM company\n", "company: TODO\n"), encoding="utf-8")
    done = cli("source", "check", str(mine))
    assert done.code == 0, done.out + done.err
    assert "company: every answer would name TODO as its source" in done.out


def test_the_schema_in_the_documentation_is_the_programs_own(cli: Cli) -> None:
    printed = json.loads(cli("source", "schema").out)
    assert printed == json.loads((ROOT / "docs" / "source.schema.json").read_text(encoding="utf-8"))
