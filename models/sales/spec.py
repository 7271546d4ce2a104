"""What a company's data means, as a value: its own tables, read as the customers and sales that tools ask for.

It is read from `sources/<name>.yaml` (`models.sales.reading`). Every expression is SQL of the company's own database,
written by whoever runs the assistant; names of people and things never stand in it, they are bound when it is asked.
"""

from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from models.sales.parts import (
    CustomerPart,
    Expression,
    GoalPart,
    LinePart,
    Part,
    PipelinePart,
    ProductPart,
    Relation,
    SalePart,
    SalespersonPart,
    Synonyms,
)
from models.sales.words import BUILT_IN_DIMENSIONS, BUILT_IN_METRICS, IN_TIME, RESERVED

Unit = Literal["currency", "count", "percent", "quantity"]
DialectName = Literal["postgresql", "mysql"]
Owner = Literal["customer", "product", "salesperson", "sale", "line"]

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class DimensionPart(Part):
    """Something figures can be cut by. For a built-in one only synonyms can be added."""

    of: Owner | None = Field(default=None, description="Whose column it is.")
    expression: Expression | None = None
    filter: bool = Field(default=True, description="Whether questions may pick one value of it.")
    description: str = Field(default="", max_length=200, description="For the LLM, in English.")
    synonyms: Synonyms = Synonyms()
    values: dict[str, Synonyms] = Field(default_factory=dict, description="What people call single values.")


class Ratio(Part):
    """One metric by another; as a percentage where the unit is percent."""

    of: Name
    to: Name


class MetricPart(Part):
    """A figure: an aggregate over sales, over lines, or both (the one over lines is taken where products matter)."""

    unit: Unit | None = None
    sale: Expression | None = Field(default=None, description="An aggregate over sales, e.g. `sum(total)`.")
    line: Expression | None = Field(
        default=None, description="An aggregate over lines, e.g. `sum(line.quantity * product.cost)`."
    )
    ratio: Ratio | None = None
    description: str = Field(default="", max_length=200, description="For the LLM, in English.")
    synonyms: Synonyms = Synonyms()

    @property
    def is_defined(self) -> bool:
        return bool(self.sale or self.line or self.ratio)


class ScopePart(Part):
    """Which rows a role sees: conditions over columns of `salesperson` and `customer`, bound to who asks.

    `:salesperson` and `:customer` are the names under which the person is known. Left out, a rep sees the own sales and
    customers and a manager everything. A customer sees the own orders whatever stands here.
    """

    rep: Expression | None = None
    customer: Expression | None = None
    manager: Expression | None = None


class CompanyQuery(Part):
    query: Relation = Field(description="A SELECT of one text: the company's name.")


class SourceSpec(Part):
    """One data source of one company."""

    company: str | CompanyQuery = Field(description="The company's name, or a query for it; answers name it.")
    dialect: DialectName | None = Field(default=None, description="The database the SQL is written for.")
    schema_: str | None = Field(default=None, alias="schema", description="Where tables without a schema are.")
    currency: str = Field(default="BRL", pattern=r"^[A-Z]{3}$", description="ISO code of every amount.")
    timezone: str = Field(default="America/Sao_Paulo", description="Where the company's days begin.")
    version: Relation | None = Field(
        default=None, description="A cheap SELECT of one value that changes whenever figures may."
    )
    functions: tuple[str, ...] = Field(default=(), description="Further SQL functions that expressions may call.")
    salesperson: SalespersonPart
    customer: CustomerPart
    product: ProductPart | None = None
    sale: SalePart
    line: LinePart | None = None
    goal: GoalPart | None = None
    pipeline: PipelinePart | None = None
    dimensions: dict[Name, DimensionPart] = Field(default_factory=dict)
    metrics: dict[Name, MetricPart] = Field(default_factory=dict)
    scope: ScopePart = ScopePart()

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("must be an IANA time zone such as America/Sao_Paulo")
        return value

    @field_validator("dimensions")
    @classmethod
    def _dimensions_are_whole(cls, dimensions: dict[str, DimensionPart]) -> dict[str, DimensionPart]:
        for name, part in dimensions.items():
            whole = part.of is not None and part.expression is not None
            if name in BUILT_IN_DIMENSIONS or name in IN_TIME:
                if part.of or part.expression:
                    raise ValueError(f"{name} is built in: it takes synonyms, and its column stands in its own part")
            elif name in RESERVED:
                raise ValueError(f"{name} is a word of the tools: choose another name")
            elif not whole:
                raise ValueError(f"{name} needs `of` and `expression`")
        return dimensions

    @field_validator("metrics")
    @classmethod
    def _metrics_are_whole(cls, metrics: dict[str, MetricPart]) -> dict[str, MetricPart]:
        for name, part in metrics.items():
            if part.ratio and (part.sale or part.line):
                raise ValueError(f"{name} is either a ratio or an aggregate")
            if name not in BUILT_IN_METRICS and not part.is_defined:
                raise ValueError(f"{name} needs `sale`, `line` or `ratio`")
            if part.is_defined and part.unit is None and name not in BUILT_IN_METRICS:
                raise ValueError(f"{name} needs a `unit`: currency, count, percent or quantity")
        return metrics

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if (self.line is None) != (self.product is None):
            raise ValueError("`line` and `product` go together: name both or neither")
        known = {*BUILT_IN_METRICS, *self.metrics}
        for name, metric in self.metrics.items():
            if metric.line and self.line is None:
                raise ValueError(f"metrics.{name}: there is no `line` to sum over")
            if metric.ratio and not {metric.ratio.of, metric.ratio.to} <= known:
                raise ValueError(f"metrics.{name}: a ratio is made of metrics of this file")
            for side in (metric.ratio.of, metric.ratio.to) if metric.ratio else ():
                if side == name or (side in self.metrics and self.metrics[side].ratio) or side == "average_ticket":
                    raise ValueError(f"metrics.{name}: a ratio is made of aggregates, not of ratios")
        for name, dimension in self.dimensions.items():
            if dimension.of in ("line", "product") and self.line is None:
                raise ValueError(f"dimensions.{name}: there is no `line` and no `product`")
        return self


def source_schema() -> dict[str, Any]:
    """The file's JSON Schema, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | SourceSpec.model_json_schema(by_alias=True)
