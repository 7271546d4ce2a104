"""The conditions that say whose rows somebody sees: written by the operator, filled by code with who asks."""

from collections.abc import Mapping
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

PLACES: Final = frozenset({"salesperson", "customer"})


def parse_condition(condition: str) -> exp.Expr:
    """Raises ValueError for what is no single SQL condition, or names a place that is none."""
    try:
        parsed = sqlglot.parse_one(condition, read="postgres")
    except (SqlglotError, RecursionError):
        raise ValueError("is no SQL condition") from None
    if isinstance(parsed, exp.Query | exp.DDL | exp.DML | exp.Command) or parsed.find(exp.Parameter):
        raise ValueError("is no SQL condition")
    unknown = {str(place.this) for place in parsed.find_all(exp.Placeholder)} - PLACES
    if unknown:
        known = ", ".join(f":{name}" for name in sorted(PLACES))
        raise ValueError(f"names {', '.join(sorted(unknown))}, which is none of {known}")
    return parsed


def places_of(condition: exp.Expr) -> frozenset[str]:
    """The places that it names."""
    return frozenset(str(place.this) for place in condition.find_all(exp.Placeholder))


def tables_of(condition: exp.Expr) -> frozenset[str]:
    """The tables that it looks into."""
    return frozenset(table.name for table in condition.find_all(exp.Table))


def settle(condition: exp.Expr, numbers: Mapping[str, int], schema: str) -> exp.Expr:
    """Its places as the parameters $1, $2 of the statement, for values never become SQL; its tables with their schema,
    for a WITH of the query around it could take a bare name over."""

    def number(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier) and not node.db:
            node.set("db", exp.to_identifier(schema, quoted=True))
        if isinstance(node, exp.Placeholder):
            return exp.Parameter(this=exp.Literal.number(numbers[str(node.this)]))
        return node

    return condition.copy().transform(number)
