"""A first source file, proposed from a database's catalogue; what it only guesses is marked TODO."""

import json

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import MetaData, Table

from models.errors import ConfigurationError
from models.sales.connecting import build_reading_engine, parse_url
from models.sales.dialects import dialect_of
from models.sales.guessing import PARTS, guess_column, guess_link, guess_status, guess_table, words_of
from models.sales.inventory import Known, bare, read_inventory

_TODO = "TODO"
_MAX_STATUSES = 20
_MAX_LISTED = 40


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
        self._schema, self._tables = read_inventory(engine, schema)
        self._by_part = {part: guess_table(part, self._tables) for part in PARTS}
        self._lines: list[str] = []

    def written(self) -> str:
        self._head()
        self._part("salesperson", "key", "name")
        self._part("customer", "key", "name", "salesperson", "city?", "state?", "segment?")
        has_lines = bool(self._by_part["line"] and self._by_part["product"])
        if has_lines:
            self._part("product", "key", "name", "category?")
        self._part("sale", "key", "number?", "delivery?", "time", "customer", "salesperson", "amount")
        self._status()
        if has_lines:
            self._part("line", "sale", "product", "quantity", "amount")
        if self._by_part["goal"]:
            self._part("goal", "salesperson", "month", "amount")
        if self._by_part["stage"] and self._by_part["deal"]:
            self._lines += ["pipeline:"]
            self._part("stage", "key", "name", "position", "closed", indent="  ")
            self._part("deal", "key", "title", "stage", "customer", "salesperson", "value", "moved?", indent="  ")
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
            self._lines.append(
                f"{indent}  from: {_TODO}  # no table is called like a {part}; the end of this file lists them"
            )
        else:
            self._lines.append(f"{indent}  from: {_quoted(table.name)}")
            deleted = guess_column("deleted", table.columns)
            if deleted:
                self._lines.append(
                    f"{indent}  where: {_quoted(f'{deleted} IS NULL')}  # TODO: or = 0; rows outside do not exist"
                )
        for field in fields:
            self._field(part, field, table, indent)
        if part == "sale" and table is not None:
            self._lines.append(f"{indent}  stored_in: {_stored_in(table)}")
        if part != "sale":
            self._lines.append("")

    def _field(self, part: str, field: str, table: Known | None, indent: str) -> None:
        optional, field = field.endswith("?"), field.rstrip("?")
        guess, is_sure = (None, False) if table is None else self._guess(part, field, table)
        if optional and (guess is None or (table is not None and guess in table.key)):
            return  # a number that is the key needs no word
        if guess is None and field == "salesperson" and part in ("sale", "deal") and self._customers_have_one():
            self._lines.append(f"{indent}  # salesperson: left out, it is the customer's")
            return
        note = "" if is_sure or guess is None else "  # TODO: a guess"
        self._lines.append(f"{indent}  {field}: {_quoted(guess or _TODO)}{note}")

    def _guess(self, part: str, field: str, table: Known) -> tuple[str | None, bool]:
        """The column, and whether the catalogue itself says so."""
        if field == "key":
            return _key(table.key), bool(table.key)
        if field in self._by_part and field != part:
            return self._link(field, table)
        if part == "goal" and field == "month":
            return self._month(table), False
        if field == "name":
            return _name(table), False
        column = guess_column(field, table.columns)
        if part == "line" and field == "amount" and column is None:
            quantity, price = guess_column("quantity", table.columns), guess_column("price", table.columns)
            return (f"{quantity} * {price}" if quantity and price else None), False
        is_cents = column is not None and field in ("amount", "value") and "cents" in words_of(column)
        return (f"{column} / 100.0" if is_cents else column), False

    def _customers_have_one(self) -> bool:
        customers = self._tables.get(self._by_part["customer"] or "")
        return customers is not None and self._link("salesperson", customers)[0] is not None

    def _link(self, field: str, table: Known) -> tuple[str | None, bool]:
        """By a foreign key, by columns that are called like the other's key, or by what a column is called.

        A key of one column that names its table ("cod_cli") is looked for first. Any other ("codigo") may be what every
        table calls its own, so what a column is called tells more; and a table's own key leads nowhere else.
        """
        linked = next((column for column, to in table.links.items() if to == self._by_part[field]), None)
        if linked:
            return linked, True
        key = self._tables[self._by_part[field] or ""].key if self._by_part[field] else ()
        free = [column for column in table.columns if (column,) != table.key]
        is_here = bool(key) and set(key) <= set(free) and key != table.key and key[0].casefold() != "id"
        if is_here and (len(key) > 1 or guess_link(field, key)):
            return _key(key), False
        return guess_link(field, free) or (_key(key) if is_here else None), False

    def _month(self, table: Known) -> str | None:
        month, year = guess_column("month", table.columns), guess_column("year", table.columns)
        if month is None or table.columns[month] != "number":
            return month
        is_mysql = self._dialect == "mysql"
        if year is not None and year != month:
            told = f"{year}, '-', {month}, '-01'"
            return f"STR_TO_DATE(concat({told}), '%Y-%m-%d')" if is_mysql else f"make_date({year}, {month}, 1)"
        return (
            f"STR_TO_DATE(concat({month}, '01'), '%Y%m%d')"
            if is_mysql
            else f"to_date(concat({month}, '01'), 'YYYYMMDD')"
        )

    def _status(self) -> None:
        table = self._tables.get(self._by_part["sale"] or "")
        column = None if table is None else guess_column("status", table.columns)
        if table is None or column is None:
            self._lines += ["  # status: TODO, where orders have one", ""]
            return
        words = self._words(table.name, column)
        self._lines += ["  status:", f"    column: {_quoted(column)}  # TODO: a guess, and so is each word below"]
        for status in ("open", "invoiced", "cancelled"):
            meant = [json.dumps(word, ensure_ascii=False) for word in words if guess_status(word) == status]
            self._lines.append(f"    {status}: [{', '.join(meant)}]")
        self._lines.append("")

    def _words(self, table: str, column: str) -> list[str]:
        read = Table(bare(table), MetaData(), schema=self._schema, autoload_with=self._engine)
        query = select(read.c[bare(column)]).distinct().limit(_MAX_STATUSES)
        with self._engine.connect() as connection:
            return sorted(str(word) for word in connection.execute(query).scalars() if word is not None)

    def _tail(self) -> None:
        rest = sorted(set(self._tables) - set(self._by_part.values()))
        more = f" and {len(rest) - _MAX_LISTED} more" if len(rest) > _MAX_LISTED else ""
        self._lines += [f"# Tables that nothing above reads: {', '.join(rest[:_MAX_LISTED])}{more}"] if rest else []
        self._lines += [
            "# dimensions:  # further ones, to cut and filter by: docs/sources.md",
            "#   channel: {of: sale, expression: TODO, synonyms: {pt: [canal], en: [channel], es: [canal]}}",
            "# metrics:  # further figures, e.g. a margin",
            "#   profit: {unit: currency, line: sum(TODO), synonyms: {pt: [lucro], en: [profit], es: [ganancia]}}",
        ]


def _key(columns: tuple[str, ...]) -> str | None:
    return f"({', '.join(columns)})" if len(columns) > 1 else next(iter(columns), None)


def _name(table: Known) -> str | None:
    first, last = guess_column("first", table.columns), guess_column("last", table.columns)
    if first and last:
        return f"concat({first}, ' ', {last})"
    column = guess_column("name", table.columns)
    return f"trim({column})" if column and table.columns[column] == "padded" else column


def _stored_in(table: Known) -> str:
    kind = table.columns.get(guess_column("time", table.columns) or "", "moment")
    if kind == "number" or kind == "padded":
        return "YYYYMMDD  # TODO: a guess, by its type"
    if kind == "zoned":
        return "UTC"
    return "local" if kind == "day" else "local  # TODO: UTC, where times are kept in UTC"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if text[:1] in '`"[{*&!|>%@' else text
