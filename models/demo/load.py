"""Brings the demo's schema up to today: whole the first time, later only the days that are missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

import psycopg
from psycopg import Connection
from sqlalchemy import Engine

from models.demo import schema
from models.demo.company import Company
from models.demo.deals import STAGES, WON, deals_on
from models.demo.goals import goals_for, month_after, months_between
from models.demo.orders import SETTLED_AFTER_DAYS, Order, OrderBook, owners
from models.demo.reader import READER_ROLE, reader_password

_GENERATION = 4  # raise it when the generator or the schema changes: every demo is then built anew
_LOCK = 0x5EC4D0DE  # any number that nobody else locks
_YEARS_BACK = 3

_Raw = Connection[Any]


@dataclass(frozen=True, slots=True)
class DemoLoad:
    """What a start did; `days` counts calendar days of which the orders were written."""

    rebuilt: bool
    days: int
    orders: int


def load_demo(engine: Engine, company: Company, today: date) -> DemoLoad:
    """Safe to repeat and to run from several processes at once. Another company than the stored one replaces it.

    Everything happens in one transaction: who reads meanwhile sees the old figures or the new ones. Younger orders may
    be open; each day's first start writes the last ten days again, so that they settle.
    """
    with engine.begin() as connection:
        raw = cast(_Raw, connection.connection.driver_connection)
        raw.execute("SET LOCAL statement_timeout = 0")
        raw.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        raw.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        loaded = _bring_up_to(raw, company, today)
        password = reader_password(engine.url.password)
        if loaded.rebuilt or password or not _reader_exists(raw):
            schema.grant_reading(raw, password)
        return loaded


def first_day(today: date) -> date:
    """1 January three years back."""
    return date(today.year - _YEARS_BACK, 1, 1)


def _bring_up_to(raw: _Raw, company: Company, today: date) -> DemoLoad:
    stored = _find_state(raw)
    digest = f"{_GENERATION}:{company.digest}"
    if stored is None or stored[0] != digest:
        return _rebuild(raw, company, digest, today)
    loaded_through = stored[1]
    if loaded_through >= today:
        return DemoLoad(rebuilt=False, days=0, orders=0)
    start = loaded_through - timedelta(days=SETTLED_AFTER_DAYS)
    raw.execute("DELETE FROM demo.sales_order WHERE ordered_on >= %s", (start,))
    count = _copy_orders(raw, company, start, today)
    _write_plans(raw, company, loaded_through, today)
    raw.execute("UPDATE demo.load_state SET loaded_through = %s", (today,))
    return DemoLoad(rebuilt=False, days=(today - loaded_through).days, orders=count)


def _find_state(raw: _Raw) -> tuple[str, date] | None:
    found = raw.execute("SELECT to_regclass('demo.load_state')").fetchone()
    if not found or found[0] is None:
        return None
    return raw.execute("SELECT digest, loaded_through FROM demo.load_state").fetchone()


def _reader_exists(raw: _Raw) -> bool:
    return raw.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (READER_ROLE,)).fetchone() is not None


def _rebuild(raw: _Raw, company: Company, digest: str, today: date) -> DemoLoad:
    start = first_day(today)
    schema.create_tables(raw)
    _copy_cast(raw, company)
    count = _copy_orders(raw, company, start, today)
    schema.finish_tables(raw)
    _write_plans(raw, company, start, today)
    state = (digest, company.model_dump_json(), start, today)
    raw.execute("INSERT INTO demo.load_state VALUES (%s, %s, %s, %s)", state)
    raw.execute("ANALYZE demo.sales_order, demo.order_item")
    return DemoLoad(rebuilt=True, days=(today - start).days + 1, orders=count)


def _copy_cast(raw: _Raw, company: Company) -> None:
    owned_by = owners(company)
    _copy(raw, "company", [(company.name, company.sender.name)])
    _copy(raw, "salesperson", [(n, person.name) for n, person in enumerate(company.salespeople, 1)])
    customers = enumerate(company.customers)
    _copy(raw, "customer", [(n + 1, c.name, c.city, c.state, c.segment, owned_by[n] + 1) for n, c in customers])
    _copy(raw, "product", [(n, p.name, p.category, p.price) for n, p in enumerate(company.products, 1)])
    _copy(raw, "stage", [(name, n, n >= STAGES.index(WON)) for n, name in enumerate(STAGES)])


def _copy(raw: _Raw, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    statement = psycopg.sql.SQL("COPY {} FROM STDIN").format(psycopg.sql.Identifier("demo", table))
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _copy_orders(raw: _Raw, company: Company, start: date, today: date) -> int:
    """Orders and lines hold nothing but numbers, dates and three words, so their lines are written without escaping."""
    book = OrderBook(company)
    order_lines: list[str] = []
    item_lines: list[str] = []
    for offset in range((today - start).days + 1):
        day = start + timedelta(days=offset)
        for order in book.orders_on(day):
            order_lines.append(_order_line(order, today))
            item_lines.extend(_item_lines(order))
    _copy_text(raw, "COPY demo.sales_order FROM STDIN", order_lines)
    _copy_text(raw, "COPY demo.order_item FROM STDIN", item_lines)
    return len(order_lines)


def _order_line(order: Order, today: date) -> str:
    columns = (order.id, order.ordered_on, order.customer + 1, order.salesperson + 1, order.status(today))
    return "\t".join(map(str, columns)) + f"\t{_reais(order.total)}\n"


def _item_lines(order: Order) -> list[str]:
    return [
        f"{order.id}\t{n}\t{line.product + 1}\t{line.quantity}\t{_reais(line.unit_price)}\t{_reais(line.total)}\n"
        for n, line in enumerate(order.lines, 1)
    ]


def _reais(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _copy_text(raw: _Raw, statement: str, lines: list[str]) -> None:
    with raw.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for start in range(0, len(lines), 4096):
            copy.write("".join(lines[start : start + 4096]))


def _write_plans(raw: _Raw, company: Company, since: date, today: date) -> None:
    """Goals reach to the next month. The pipeline is a picture of the day, painted anew."""
    months = months_between(since, month_after(today, 1))
    goals = [(person + 1, month, amount) for person, month, amount in goals_for(company, OrderBook(company), months)]
    raw.execute("DELETE FROM demo.goal WHERE month >= %s", (months[0],))
    _copy(raw, "goal", goals)
    raw.execute("DELETE FROM demo.deal")
    deals = deals_on(company, today)
    rows = [
        (d.id, d.title, d.customer + 1, d.salesperson + 1, d.stage, d.value, d.opened_on, d.closed_on, d.moved_on)
        for d in deals
    ]
    _copy(raw, "deal", rows)
