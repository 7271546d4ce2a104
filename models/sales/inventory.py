"""What tables a database's catalogue knows: their columns, what is kept in them, their keys, and where those lead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Engine, Inspector, inspect, types

from models.sales.guessing import PARTS, guess_table

Kind = Literal["day", "moment", "zoned", "number", "padded", "other"]
_MAX_TABLES: Final = 2000
_OF_THE_DATABASE: Final = ("information_schema", "mysql", "performance_schema", "sys")


@dataclass(frozen=True, slots=True)
class Known:
    """One table: its columns in order and what each holds, its key (of several columns, maybe none), and which table
    each foreign key of one column leads to. All names as SQL spells them, in quotes where it must."""

    name: str
    columns: Mapping[str, Kind]
    key: tuple[str, ...]
    links: Mapping[str, str]


def read_inventory(engine: Engine, schema: str | None) -> tuple[str | None, dict[str, Known]]:
    """The tables of the schema; without one those of the database's own, or of whichever looks most like sales."""
    inspector = inspect(engine)
    tables = _read_tables(inspector, schema)
    if schema is not None or _parts_in(tables):
        return schema, tables
    others = [name for name in inspector.get_schema_names() if name not in _OF_THE_DATABASE]
    found = {name: _read_tables(inspector, name) for name in others if name != inspector.default_schema_name}
    best = max(found, key=lambda name: _parts_in(found[name]), default=None)
    return (best, found[best]) if best is not None and _parts_in(found[best]) else (None, tables)


def _parts_in(tables: Mapping[str, Known]) -> int:
    return sum(guess_table(part, tables) is not None for part in PARTS)


def _read_tables(inspector: Inspector, schema: str | None) -> dict[str, Known]:
    names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)][:_MAX_TABLES]
    found, spell = {}, _speller(inspector)
    for name in names:
        columns = {spell(column["name"]): _kind_of(column["type"]) for column in inspector.get_columns(name, schema)}
        key = tuple(spell(column) for column in inspector.get_pk_constraint(name, schema)["constrained_columns"])
        links = {
            spell(link["constrained_columns"][0]): spell(link["referred_table"])
            for link in inspector.get_foreign_keys(name, schema)
            if len(link["constrained_columns"]) == 1
        }
        fallback = tuple(column for column in columns if column.casefold() in ("id", "codigo", "cod", "key"))[:1]
        found[spell(name)] = Known(spell(name), columns, key or fallback, links)
    return found


def _speller(inspector: Inspector) -> Callable[[str], str]:
    """MySQL's columns may be written in any case; to PostgreSQL a capital letter needs quotes."""
    preparer = inspector.dialect.identifier_preparer

    def spell(name: str) -> str:
        compared = name.lower() if inspector.dialect.name in ("mysql", "mariadb") else name
        return name if preparer.quote(compared) == compared else preparer.quote_identifier(name)

    return spell


def bare(name: str) -> str:
    """The name without the quotes that SQL needs."""
    return name.strip('"`')


def _kind_of(column: types.TypeEngine[Any]) -> Kind:
    if isinstance(column, types.DateTime):
        return "zoned" if column.timezone else "moment"
    if isinstance(column, types.Date):
        return "day"
    if isinstance(column, types.Integer | types.Numeric):
        return "number"
    return "padded" if isinstance(column, types.CHAR) else "other"
