"""A first source file, proposed from a database's catalogue; what it only guesses is marked TODO."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import MetaData, Table

from models.errors import ConfigurationError
from models.sales.connecting import build_reading_engine, parse_url
from models.sales.dialects import dialect_of
from models.sales.guessing import PARTS, guess_column, guess_link, guess_status, guess_table

_TODO = "TODO"
_MAX_TABLES = 2000
_MAX_STATUSES = 20


@dataclass(frozen=True, slots=True)
class _Known:
    """One table of the catalogue: its columns in order, its key, and which table each foreign key leads to."""

    name: str
    columns: tuple[str, ...]
    key: str | None
    links: Mapping[str, str]


def draft_source(url: str, schema: str | None = None) -> str:
    """YAML for a person to finish. Raises ConfigurationError where the database cannot be read."""
    parsed = parse_url(url)
    dialect = dialect_of(parsed.get_backend_name())
    engine = build_reading_engine(parsed, dialect.name, 2)
    try:
        return _Draft(engine, dialect.name, schema).written()
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        raise ConfigurationError(f"the database cannot be read: {cause}") from None
    finally:
        engine.dispose()


class _Draft:
    def __init__(self, engine: Engine, dialect: str, schema: str | None) -> None:
        self._engine = engine
        self._dialect = dialect
        self._schema = schema
        self._tables = _read_tables(engine, schema)
        self._by_part = {part: guess_table(part, self._tables) for part in PARTS}
        self._lines: list[str] = []

    def written(self) -> str:
        self._head()
        self._part("salesperson", "key", "name")
        self._part("customer", "key", "name", "salesperson", "city?", "state?", "segment?")
        has_lines = bool(self._by_part["line"] and self._by_part["product"])
        if has_lines:
            self._part("product", "key", "name", "category?")
        self._part("sale", "key", "time", "customer", "salesperson", "amount")
        self._status()
        if has_lines:
            self._part("line", "sale", "product", "quantity", "amount")
        if self._by_part["goal"]:
            self._part("goal", "salesperson", "month", "amount")
        if self._by_part["stage"] and self._by_part["deal"]:
            self._lines += ["pipeline:"]
            self._part("stage", "key", "name", "position", "closed", indent="  ")
            self._part("deal", "key", "title", "stage", "customer", "salesperson", "value", indent="  ")
        self._tail()
        return "\n".join(self._lines) + "\n"

    def _head(self) -> None:
        self._lines += [
            "# A first proposal from the catalogue: look at every TODO, then `python -m bot source check` this file.",
            "company: TODO  # the name that answers give as their source",
            f"dialect: {self._dialect}",
            *([f"schema: {self._schema}"] if self._schema else []),
            "currency: BRL  # TODO: the currency of every amount",
            "timezone: America/Sao_Paulo  # TODO: where the company's days begin",
            "",
        ]

    def _part(self, part: str, *fields: str, indent: str = "") -> None:
        name = self._by_part[part]
        table = self._tables.get(name or "")
        self._lines.append(f"{indent}{part}:")
        if table is None:
            self._lines.append(f"{indent}  from: {_TODO}  # no table is called like a {part}")
        else:
            self._lines.append(f"{indent}  from: {table.name}")
            deleted = guess_column("deleted", table.columns)
            if deleted:
                self._lines.append(f"{indent}  where: {deleted} IS NULL  # TODO: or = 0; rows outside do not exist")
        for field in fields:
            self._field(part, field, table, indent)
        if part == "sale" and table is not None:
            self._lines.append(f"{indent}  stored_in: local  # TODO: UTC, where times are kept in UTC")
        if part != "sale":
            self._lines.append("")

    def _field(self, part: str, field: str, table: _Known | None, indent: str) -> None:
        optional, field = field.endswith("?"), field.rstrip("?")
        guess, is_sure = (None, False) if table is None else self._guess(part, field, table)
        if guess is None and optional:
            return
        note = "" if guess is not None and is_sure else "  # TODO: a guess" if guess is not None else "  # TODO"
        self._lines.append(f"{indent}  {field}: {_quoted(guess or _TODO)}{note}")

    def _guess(self, part: str, field: str, table: _Known) -> tuple[str | None, bool]:
        """The column, and whether the catalogue itself says so."""
        if field == "key":
            return table.key, True
        if field in self._by_part and field != part:
            linked = next((c for c, to in table.links.items() if to == self._by_part[field]), None)
            return (linked, True) if linked else (guess_link(field, table.columns), False)
        if part == "line" and field == "amount" and guess_column("amount", table.columns) is None:
            quantity, price = guess_column("quantity", table.columns), guess_column("price", table.columns)
            return (f"{quantity} * {price}" if quantity and price else None), False
        return guess_column(field, table.columns), False

    def _status(self) -> None:
        table = self._tables.get(self._by_part["sale"] or "")
        column = None if table is None else guess_column("status", table.columns)
        if table is None or column is None:
            self._lines += ["  # status: TODO, where orders have one", ""]
            return
        words = self._words(table.name, column)
        self._lines += ["  status:", f"    column: {column}  # TODO: a guess, and so is each word below"]
        for status in ("open", "invoiced", "cancelled"):
            meant = [json.dumps(word, ensure_ascii=False) for word in words if guess_status(word) == status]
            self._lines.append(f"    {status}: [{', '.join(meant)}]")
        self._lines.append("")

    def _words(self, table: str, column: str) -> list[str]:
        read = Table(table, MetaData(), schema=self._schema, autoload_with=self._engine)
        query = select(read.c[column]).distinct().limit(_MAX_STATUSES)
        with self._engine.connect() as connection:
            return sorted(str(word) for word in connection.execute(query).scalars() if word is not None)

    def _tail(self) -> None:
        self._lines += [
            "# dimensions:  # further ones, to cut and filter by: docs/sources.md",
            "#   channel: {of: sale, expression: TODO, synonyms: {pt: [canal], en: [channel], es: [canal]}}",
            "# metrics:  # further figures, e.g. a margin",
            "#   profit: {unit: currency, line: sum(TODO), synonyms: {pt: [lucro], en: [profit], es: [ganancia]}}",
        ]


def _read_tables(engine: Engine, schema: str | None) -> dict[str, _Known]:
    inspector = inspect(engine)
    names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)][:_MAX_TABLES]
    found = {}
    for name in names:
        columns = tuple(str(column["name"]) for column in inspector.get_columns(name, schema))
        keys = inspector.get_pk_constraint(name, schema)["constrained_columns"]
        links = {
            key["constrained_columns"][0]: key["referred_table"]
            for key in inspector.get_foreign_keys(name, schema)
            if len(key["constrained_columns"]) == 1
        }
        fallback = next((column for column in columns if column.casefold() in ("id", "codigo", "cod", "key")), None)
        found[name] = _Known(name, columns, keys[0] if len(keys) == 1 else fallback, links)
    return found


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if text[:1] in '`"[{*&!|>%@' else text
