"""The built-in words of sales questions: what every source has, and what people call it."""

from typing import Final

IN_TIME: Final = ("month", "day")
OF_LINES: Final = ("product", "category")
BUILT_IN_DIMENSIONS: Final = ("customer", "product", "category", "salesperson", "state")
STATUSES: Final = ("open", "invoiced", "cancelled")
RESERVED: Final = frozenset({*BUILT_IN_DIMENSIONS, *IN_TIME, "none", "status", "period", "metric", "filters", "year"})

# What the LLM is told of each; the first words are those that people use most.
BUILT_IN_METRICS: Final[dict[str, str]] = {
    "revenue": "money sold ('vendas', 'faturamento', 'quanto vendi', 'receita')",
    "orders": "number of orders ('quantos pedidos')",
    "units": "pieces of goods ('unidades', 'quantas latas')",
    "average_ticket": "revenue / orders",
}
