"""Loading: whole or day by day it ends in the same rows, behind a role that can only read."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from models.demo.company import Company, parse_company
from models.demo.load import first_day, load_demo
from models.demo.reader import demo_reader_url
from models.session import build_engine

SMALL = parse_company(
    """{"name": "Casa Pequena", "sender": "Ana Prado", "salespeople": ["Rui Costa"],
        "customers": ["Mercado Um", "Mercado Dois", "Mercado Três"],
        "products": [{"name": "Café 500g", "category": "Café", "price": "12,90"},
                     {"name": "Chá 50g", "category": "Chá", "price": "7,00"}]}"""
)
TODAY = date(2026, 3, 4)
TABLES = ("company", "salesperson", "customer", "product", "sales_order", "order_item", "goal", "stage", "deal")


@pytest.fixture(scope="module")
def loaded(clone_database: Callable[[], str]) -> Iterator[Engine]:
    """A database with all there is on that day, for tests that only read it."""
    made = build_engine(clone_database(), application_name="recado-tests", pool_size=1)
    load_demo(made, SMALL, TODAY)
    yield made
    made.dispose()


def _rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f"SELECT t.* FROM demo.{table} t ORDER BY t"))]
            for table in TABLES
        }


def test_the_first_load_is_whole_and_a_second_one_finds_nothing_to_do(engine: Engine) -> None:
    first = load_demo(engine, SMALL, TODAY)
    rows = _rows(engine)
    second = load_demo(engine, SMALL, TODAY)
    assert first.rebuilt
    assert first.orders == len(rows["sales_order"]) > 20_000
    assert min(row[1] for row in rows["sales_order"]) == date(2023, 1, 2)  # the 1st is a holiday
    assert (second.rebuilt, second.days, second.orders) == (False, 0, 0)
    assert _rows(engine) == rows


def test_adding_days_one_by_one_ends_in_the_same_rows_as_loading_all_at_once(engine: Engine) -> None:
    for days in range(12, -1, -1):
        load_demo(engine, SMALL, TODAY - timedelta(days=days))
    grown = _rows(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA demo CASCADE"))
    load_demo(engine, SMALL, TODAY)
    assert grown == _rows(engine)


def test_an_earlier_today_takes_nothing_away(engine: Engine) -> None:
    load_demo(engine, SMALL, TODAY)
    rows = _rows(engine)
    load_demo(engine, SMALL, TODAY - timedelta(days=30))
    assert _rows(engine) == rows


def test_another_cast_replaces_the_stored_one_whole(engine: Engine) -> None:
    load_demo(engine, SMALL, TODAY)
    other = Company.model_validate(SMALL.model_dump() | {"name": "Outra Casa", "sender": {"name": "Rui Costa"}})
    assert load_demo(engine, other, TODAY).rebuilt
    assert _rows(engine)["company"] == [("Outra Casa", "Rui Costa")]


def test_a_replacement_that_fails_leaves_the_old_cast_standing(engine: Engine) -> None:
    load_demo(engine, SMALL, TODAY)
    before = _rows(engine)
    nul = SMALL.model_copy(update={"name": "no\x00text for PostgreSQL"})
    with pytest.raises(psycopg.DataError):
        load_demo(engine, nul, TODAY)
    assert _rows(engine) == before


def test_two_starts_at_once_do_not_collide(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        loads = list(pool.map(lambda _: load_demo(engine, SMALL, TODAY), range(4)))
    assert sorted(load.rebuilt for load in loads) == [False, False, False, True]


def test_every_total_is_the_exact_sum_of_its_lines(loaded: Engine) -> None:
    with loaded.connect() as connection:
        wrong_lines = "SELECT count(*) FROM demo.order_item WHERE total <> quantity * unit_price"
        wrong_orders = (
            "SELECT count(*) FROM demo.sales_order o WHERE total <> "
            "(SELECT sum(total) FROM demo.order_item WHERE order_id = o.id)"
        )
        assert connection.execute(text(wrong_lines)).scalar() == 0
        assert connection.execute(text(wrong_orders)).scalar() == 0


def test_old_orders_are_settled_and_todays_are_open(loaded: Engine) -> None:
    query = text("SELECT DISTINCT status FROM demo.sales_order WHERE ordered_on BETWEEN :a AND :b ORDER BY 1")
    with loaded.connect() as connection:
        old = connection.execute(query, {"a": first_day(TODAY), "b": TODAY - timedelta(days=10)}).scalars().all()
        young = connection.execute(query, {"a": TODAY, "b": TODAY}).scalars().all()
    assert (old, young) == (["cancelled", "invoiced"], ["open"])


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM sales_order",
        "UPDATE demo.goal SET amount = 1",
        "CREATE TABLE mine (id int)",
        "CREATE TABLE demo.mine (id int)",
        "SELECT * FROM public.conversation",
    ],
)
def test_the_reader_can_neither_write_nor_look_elsewhere(loaded: Engine, statement: str) -> None:
    reader = create_engine(make_url(demo_reader_url(_url(loaded))).set(drivername="postgresql+psycopg"))
    try:
        with reader.connect() as connection:
            assert connection.execute(text("SELECT name FROM company")).scalar() == "Casa Pequena"
            connection.commit()
            connection.execute(text("SET default_transaction_read_only = off"))
            connection.commit()
            with pytest.raises(Exception, match=r"permission denied|read-only"):
                connection.execute(text(statement))
    finally:
        reader.dispose()


def test_where_the_database_has_a_password_the_reader_has_one_of_its_own() -> None:
    url = make_url(demo_reader_url("postgresql://recado:secret@db:5433/recado?sslmode=require"))
    assert (url.username, url.host, url.port, url.database) == ("recado_demo_reader", "db", 5433, "recado")
    assert url.query == {"sslmode": "require"}
    assert url.password is not None
    assert "secret" not in url.password
    assert len(url.password) == 64


def test_over_a_trusted_socket_the_reader_needs_no_password() -> None:
    url = make_url(demo_reader_url("postgresql://recado@/recado?host=%2Ftmp%2Fpg"))
    assert (url.password, url.query["host"]) == (None, "/tmp/pg")


def _url(engine: Engine) -> str:
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_the_readers_password_is_set_when_the_program_has_one(engine: Engine) -> None:
    admin = sql.Identifier(f"boss_{engine.url.database}")
    with psycopg.connect(_url(engine), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} SUPERUSER LOGIN PASSWORD 'secret'").format(admin))
    boss = create_engine(engine.url.set(username=f"boss_{engine.url.database}", password="secret"))
    try:
        load_demo(boss, SMALL, TODAY)
        with psycopg.connect(_url(engine)) as connection:
            query = "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'recado_demo_reader'"
            assert connection.execute(query).fetchone() == (True,)
    finally:
        boss.dispose()
