"""Tools taken from an API's own OpenAPI document, as configuration: which operations, for whom, what code fills in."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from agent.base import Label
from agent.spec.frozen import Frozen
from agent.tools.http.spec import AskingRole, Scalar, ToolName

MOST_TOOLS = 20  # an LLM that is told of more chooses worse


class OpenApiSpec(Frozen):
    """Some operations of an API. Each becomes a tool that is called `name_operation`."""

    name: ToolName
    """Begins the names of the tools."""
    document: Annotated[str | dict[str, Any], Field(examples=["apis/crm.json"])]
    """The OpenAPI 3 document: a file in JSON or YAML, or the document itself."""
    base_url: Annotated[str, Field(examples=["https://api.example.com/v2"])]
    """Where the API is. The document's own `servers` are not believed."""
    operations: Annotated[tuple[str, ...], Field(min_length=1, max_length=MOST_TOOLS, examples=[["listDeals"]])]
    """The operationIds that are offered; no others are."""
    writes: tuple[str, ...] = ()
    """Those of `operations` that may be something else than a GET."""
    arguments: dict[str, tuple[str, ...]] = {}
    """By operationId: the parameters and fields that the LLM may give. Left out, all that have a strict form."""
    fixed: Annotated[
        dict[str, Scalar], Field(examples=[{"owner": "{person.salesperson}", "api_key": "${CRM_KEY}"}])
    ] = {}
    """Parameters and fields that code fills in, in every operation; the LLM is not told of them."""
    headers: Annotated[dict[str, str], Field(examples=[{"Authorization": "Bearer ${CRM_TOKEN}"}])] = {}
    answers: dict[str, str] = {}
    """By operationId: JMESPath, what of the answer the LLM is shown."""
    descriptions: dict[str, str] = {}
    """By operationId: what the LLM is told instead of the document's own words."""
    roles: Annotated[tuple[AskingRole, ...], Field(min_length=1)] = ("manager", "rep")
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10
    max_bytes: Annotated[int, Field(ge=512, le=262_144)] = 16_384
    labels: tuple[Label, ...] = ("untrusted",)

    @model_validator(mode="after")
    def _check_operations(self) -> Self:
        if len(set(self.operations)) != len(self.operations):
            raise ValueError("operations names one twice: keep one of them")
        named = {"writes": self.writes, "arguments": self.arguments, "answers": self.answers}
        for field, names in {**named, "descriptions": self.descriptions}.items():
            unknown = set(names) - set(self.operations)
            if unknown:
                raise ValueError(f"{field} names {', '.join(sorted(unknown))}, which operations does not offer")
        return self
