"""The `demo` schema: its tables, and the role that may read them and nothing else."""

from collections.abc import Iterable

from psycopg import Connection, sql

from models.demo.reader import READER_ROLE

# A line of docs/sales-schema.md for each: what stands here is what a company's own database must offer.
TABLES = """
CREATE TABLE demo.company (
    name text PRIMARY KEY,
    sender text NOT NULL
);
CREATE TABLE demo.salesperson (
    id integer PRIMARY KEY,
    name text NOT NULL UNIQUE
);
CREATE TABLE demo.customer (
    id integer PRIMARY KEY,
    name text NOT NULL UNIQUE,
    city text NOT NULL,
    state text NOT NULL,
    segment text NOT NULL,
    salesperson_id integer NOT NULL REFERENCES demo.salesperson
);
CREATE TABLE demo.product (
    id integer PRIMARY KEY,
    name text NOT NULL UNIQUE,
    category text NOT NULL,
    price numeric(12, 2) NOT NULL CHECK (price > 0)
);
CREATE TABLE demo.sales_order (
    id bigint NOT NULL,
    ordered_on date NOT NULL,
    customer_id integer NOT NULL,
    salesperson_id integer NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'invoiced', 'cancelled')),
    total numeric(14, 2) NOT NULL
);
CREATE TABLE demo.order_item (
    order_id bigint NOT NULL,
    line smallint NOT NULL,
    product_id integer NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(12, 2) NOT NULL,
    total numeric(14, 2) NOT NULL
);
CREATE TABLE demo.goal (
    salesperson_id integer NOT NULL REFERENCES demo.salesperson,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    amount numeric(14, 2) NOT NULL CHECK (amount > 0),
    PRIMARY KEY (salesperson_id, month)
);
CREATE TABLE demo.stage (
    name text PRIMARY KEY,
    position smallint NOT NULL UNIQUE,
    closed boolean NOT NULL
);
CREATE TABLE demo.deal (
    id bigint PRIMARY KEY,
    title text NOT NULL,
    customer_id integer NOT NULL REFERENCES demo.customer,
    salesperson_id integer NOT NULL REFERENCES demo.salesperson,
    stage text NOT NULL REFERENCES demo.stage,
    value numeric(14, 2) NOT NULL,
    opened_on date NOT NULL,
    closed_on date,
    moved_on date NOT NULL
);
CREATE TABLE demo.load_state (
    digest text NOT NULL,
    company text NOT NULL,
    first_day date NOT NULL,
    loaded_through date NOT NULL
);
CREATE TABLE demo.change_count (
    number bigint NOT NULL
);
INSERT INTO demo.change_count VALUES (extract(epoch FROM clock_timestamp()) * 1000000);
"""

_COUNTED = ("company", "salesperson", "customer", "product", "sales_order", "order_item", "goal", "stage", "deal")

# Every statement that may change a figure moves the count, seen by others together with what it changed. It begins with
# the time, so that a schema that is built anew never comes to a number that an older one had.
COUNTING = """
CREATE FUNCTION demo.count_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = demo AS
    'BEGIN UPDATE demo.change_count SET number = number + 1; RETURN NULL; END';
"""
_COUNT = "CREATE TRIGGER changed AFTER {} ON demo.{} FOR EACH STATEMENT EXECUTE FUNCTION demo.count_change();"
_CHANGES = "INSERT OR UPDATE OR DELETE OR TRUNCATE"

# Made after the first load: filling a table without indexes takes a third of the time.
CONSTRAINTS = """
ALTER TABLE demo.sales_order ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (customer_id) REFERENCES demo.customer,
    ADD FOREIGN KEY (salesperson_id) REFERENCES demo.salesperson;
ALTER TABLE demo.order_item ADD PRIMARY KEY (order_id, line),
    ADD FOREIGN KEY (order_id) REFERENCES demo.sales_order ON DELETE CASCADE,
    ADD FOREIGN KEY (product_id) REFERENCES demo.product;
CREATE INDEX ON demo.sales_order (ordered_on);
CREATE INDEX ON demo.sales_order (customer_id, ordered_on);
"""


def create_tables(connection: Connection[tuple[object, ...]]) -> None:
    """Throws away what the schema held."""
    connection.execute("DROP SCHEMA IF EXISTS demo CASCADE")
    connection.execute("CREATE SCHEMA demo")
    _run(connection, TABLES)


def finish_tables(connection: Connection[tuple[object, ...]]) -> None:
    _run(connection, CONSTRAINTS)
    _run(connection, COUNTING)
    _run(connection, "".join(_COUNT.format(_CHANGES, table) for table in _COUNTED))


def grant_reading(connection: Connection[tuple[object, ...]], password: str | None) -> None:
    """Roles belong to the whole server, so another database may have made this one already; safe to repeat."""
    role = sql.Identifier(READER_ROLE)
    _run(
        connection,
        f"DO $$ BEGIN CREATE ROLE {READER_ROLE} LOGIN; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    )
    settings = _role_settings(connection)
    for name, value in (("search_path", "demo"), ("default_transaction_read_only", "on")):
        if f"{name}={value}" not in settings:
            connection.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(name), sql.Literal(value))
            )
    if password:
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(password)))
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA demo TO {}").format(role))
    connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA demo TO {}").format(role))


def _role_settings(connection: Connection[tuple[object, ...]]) -> Iterable[str]:
    row = connection.execute(
        "SELECT s.setconfig FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole"
        " WHERE r.rolname = %s AND s.setdatabase = 0",
        (READER_ROLE,),
    ).fetchone()
    return [str(entry) for entry in row[0]] if row and isinstance(row[0], list) else []


def _run(connection: Connection[tuple[object, ...]], script: str) -> None:
    connection.execute(script.encode())
