"""The column shapes that tables share, and the way from a table class to its Core table."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    DateTime,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a SQLModel class: queries on the hot path are Core statements."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def given(table: Table, *names: str) -> dict[str, BindParameter[Any]]:
    """Parameters `new_<name>` for these columns: what statements that are built once are given each time."""
    return {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}


def newly(values: Mapping[str, object]) -> dict[str, object]:
    """The values for `given`."""
    return {f"new_{name}": value for name, value in values.items()}


def fixed(value: str) -> ColumnElement[str]:
    """A constant of ours that stands in the statement itself: in a plan that is made once for all parameters, a partial
    index is used only where its condition can be seen."""
    return literal_column(f"'{value}'", Text)


def key() -> Column[Any]:
    return Column(Uuid, primary_key=True)


def reference(nullable: bool = False, index: bool = False) -> Column[Any]:
    """A UUID that names a row elsewhere; the foreign key itself stands in the table's arguments."""
    return Column(Uuid, nullable=nullable, index=index)


def string(nullable: bool = False, default: str | None = "") -> Column[Any]:
    return Column(Text, nullable=nullable, server_default=None if nullable else default)


def moment(nullable: bool = True) -> Column[Any]:
    """An aware time; where it may not be null, the database's clock fills it."""
    return Column(DateTime(timezone=True), nullable=nullable, server_default=None if nullable else func.now())


def json(nullable: bool = True) -> Column[Any]:
    return Column(JSONB, nullable=nullable)
