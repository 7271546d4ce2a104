"""What the fields of a mapping file are made of: compiled expressions, and requests to the CRM."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, model_validator

from channels.crm.expressions import Expression, Structure, Template


def read_string(value: Any) -> str:
    """Raises ValueError for anything else."""
    if not isinstance(value, str):
        raise ValueError("a string is expected")
    return value


ExpressionField = Annotated[Expression, PlainValidator(lambda source: Expression(read_string(source)))]
TemplateField = Annotated[Template, PlainValidator(lambda source: Template(read_string(source)))]
StructureField = Annotated[Structure, PlainValidator(Structure)]
LowerField = Annotated[str, AfterValidator(str.lower)]


class MappingPart(BaseModel):
    """The base of every part of a mapping: unknown names are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Request(MappingPart):
    """A request below the CRM's base URL. `{api_token}` in a header becomes the account's token."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: TemplateField
    headers: dict[str, str] = Field(default_factory=dict)
    body: StructureField | None = None

    @model_validator(mode="after")
    def _check_path(self) -> Self:
        if not self.path.source.startswith("/"):
            raise ValueError("path: must begin with /, so that nothing in it can change the host")
        return self
