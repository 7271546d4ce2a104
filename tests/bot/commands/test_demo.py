"""`demo`: Aurora, or a cast of one's own, and the same cast again at the next start."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.demo import prepare_demo, sales_url
from bot.settings import load_settings
from tests.bot.commands.conftest import Cli

CAST = {
    "name": "Casa Ipê",
    "sender": "Dora Lins",
    "salespeople": ["Dora Lins", {"name": "Téo Brito"}],
    "customers": [{"name": "Bar do Cais", "city": "Recife", "state": "PE", "segment": "Bar"}],
    "products": [{"name": "Café 500g", "category": "Mercearia", "price": "12,90"}],
}


@pytest.fixture
def cast_file(tmp_path: Path) -> Path:
    path = tmp_path / "cast.json"
    path.write_text(json.dumps(CAST), encoding="utf-8")
    return path


def test_another_cast_is_loaded_and_kept_at_the_next_start(
    cli: Cli, cast_file: Path, clone_database: Callable[[], str]
) -> None:
    url = clone_database()
    done = cli("demo", "--company", str(cast_file), DATABASE_URL=url)
    assert done.code == 0, done.err
    assert done.out.startswith("Casa Ipê: 2 salespeople, 1 customers, 1 products.\n")
    assert "asked by Dora Lins" in done.out
    prepare_demo(load_settings({}, Path("no-such-file")), url)
    assert cli("demo", DATABASE_URL=url).out == done.out


def test_aurora_is_the_cast_of_the_first_start(cli: Cli) -> None:
    done = cli("demo")
    assert done.out.startswith("Aurora Distribuidora: 8 salespeople, 60 customers, 40 products.\n")
    assert " orders from 20" in done.out
    assert "SELECT s.name, sum(o.total)" in done.out


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"products": [{"name": "Café", "category": "x", "price": "caro"}]}, "products.0.price"),
        ({"customers": []}, "customers"),
        ({"sender": None}, "sender"),
    ],
)
def test_a_wrong_file_names_the_field(cli: Cli, tmp_path: Path, change: dict[str, object], field: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(CAST | change), encoding="utf-8")
    done = cli("demo", "--company", str(path))
    assert done.code == 2
    assert f"  {field}: " in done.err
    assert "Traceback" not in done.err


def test_a_file_that_is_no_json_or_not_there_is_said_so(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    assert "the company file is no JSON" in cli("demo", "--company", str(tmp_path / "x.json")).err
    assert "cannot be read (No such file" in cli("demo", "--company", str(tmp_path / "y.json")).err


def test_the_demo_is_refused_beside_real_sales_data(cli: Cli) -> None:
    done = cli("demo", SALES_DATABASE_URL="postgresql://real/sales")
    assert done.code == 2
    assert "SALES_DATABASE_URL is set" in done.err


def test_real_sales_data_is_read_where_it_is_configured() -> None:
    real = load_settings({"SALES_DATABASE_URL": "postgresql://reader:x@h/sales"}, Path("no-such-file"))
    assert sales_url(real, "postgresql://recado@h/recado") == "postgresql://reader:x@h/sales"
    prepare_demo(real, "postgresql://nobody@127.0.0.1:1/none")  # does not even connect
