"""Free SQL as configuration: which tables and columns there are, whose rows each role sees, what it may cost."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from agent.base import Label
from agent.spec.frozen import Frozen
from agent.tools.http.spec import AskingRole, ToolName
from agent.tools.sql.condition import parse_condition
from models.secret_reference import SecretReference

Mask = Literal["hidden", "first_letter", "last_four"]
SqlName = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]


class SqlTable(Frozen):
    """A table or view as the LLM sees it: these columns and no others, the rows of the asker's scope and no others."""

    columns: Annotated[dict[SqlName, str], Field(min_length=1, examples=[{"ordered_on": "date", "total": "BRL"}])]
    """Each with a few words on its type and meaning."""
    description: Annotated[str, Field(max_length=500)] = ""
    masks: dict[SqlName, Mask] = {}
    """Columns that are shown in part, or not at all."""
    names: tuple[SqlName, ...] = ()
    """Columns whose text is a name (of a customer, a product, a place) or one of a few fixed words. What reads like
    one there leaves writing on; any other text of an answer is taken for somebody else's words."""
    scope: Annotated[
        dict[AskingRole, str], Field(examples=[{"rep": "salesperson = :salesperson", "manager": "true"}])
    ] = {}
    """By role: the condition that its rows fulfil, in SQL of the database's own, over all columns of the table;
    :salesperson and :customer are the asker's names there. `true` is every row. Managers see every row where nothing
    else is said; another role that is not named here may not use the table at all."""

    @model_validator(mode="after")
    def _check_masks(self) -> Self:
        for key, listed in (("masks", set(self.masks)), ("names", set(self.names))):
            if unknown := listed - set(self.columns):
                raise ValueError(f"{key} names {', '.join(sorted(unknown))}, which columns does not offer")
        return self


class SqlSpec(Frozen):
    """A second way to the data, for questions that the other tools do not answer. Off unless it is configured."""

    name: ToolName = "query_database"
    description: Annotated[str, Field(max_length=4000)] = ""
    """What the data are about and how they hang together, beside the list of tables."""
    url: SecretReference
    """The database, seen by a role of its own that may read the tables below and nothing else."""
    schema_name: SqlName = "public"
    """Where the tables are; no other schema is looked at."""
    tables: Annotated[dict[SqlName, SqlTable], Field(min_length=1, max_length=40)]
    functions: Annotated[tuple[SqlName, ...], Field(examples=[["fiscal_quarter"]])] = ()
    """Functions of the database's own that may be called beside the usual ones: only such as look at nothing."""
    roles: Annotated[tuple[AskingRole, ...], Field(min_length=1)] = ("manager",)
    rows: Annotated[int, Field(ge=1, le=1000)] = 200
    """The most rows of an answer."""
    max_bytes: Annotated[int, Field(ge=1024, le=262_144)] = 16_384
    max_cost: Annotated[float, Field(gt=0)] = 200_000
    """The planner's own estimate above which a query is not run."""
    timeout_seconds: Annotated[float, Field(gt=0, le=30)] = 5
    pool_size: Annotated[int, Field(ge=1, le=5)] = 2
    """Connections of a worker, apart from those of all else."""
    labels: tuple[Label, ...] = ("private",)

    @field_validator("tables")
    @classmethod
    def _check_tables(cls, tables: dict[str, SqlTable]) -> dict[str, SqlTable]:
        for name, table in tables.items():
            for role, condition in table.scope.items():
                try:
                    parse_condition(condition)
                except ValueError as error:
                    raise ValueError(f"{name}: the scope of {role} {error}") from None
        return tables
