"""A tool that asks another company's API, as configuration: where, with which arguments, what is kept of the answer."""

import re
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import Field, field_validator, model_validator

from agent.base import Effect, Label
from agent.spec.frozen import Frozen
from agent.tools.json_arguments import ArgumentSchema
from agent.tools.templates import Structure, Template

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
AskingRole = Literal["rep", "manager", "customer"]
ToolName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["stock"])]
Scalar = str | int | float | bool

_HOST = re.compile(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
_FOUR_NUMBERS = re.compile(r"(\d{1,3}\.){3}\d{1,3}")
_LOOKS_NUMERIC = re.compile(r"(0x[0-9a-f]*|\d+)", re.IGNORECASE)
_SECRET_HEADER = re.compile(r"auth|token|key|secret|cookie|session|password", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,80}")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "content-type"})


class HttpToolSpec(Frozen):
    """One request of an API as a tool. Places in texts are {argument}, {person.salesperson}, {today} and ${SECRET}."""

    name: ToolName
    """What the LLM calls it."""
    description: Annotated[str, Field(min_length=20, max_length=4000)]
    """What it tells or does, when to use it and what its figures mean: the LLM chooses by this."""
    method: Method = "GET"
    url: Annotated[str, Field(examples=["https://stock.example.com/v1/items/{sku}"])]
    """Scheme and host are fixed; arguments may stand in the path."""
    query: dict[str, Scalar] = {}
    """Each value a text with places; one whose argument was left out is not sent."""
    headers: dict[str, str] = {}
    """Secrets are named as ${NAME}; arguments have no place here."""
    body: Annotated[Any, Field(examples=[{"sku": "{sku}", "quantity": "{quantity}"}])] = None
    """JSON whose strings may hold places; a place that stands alone keeps the argument's type."""
    body_as: Literal["json", "form"] = "json"
    parameters: Annotated[dict[str, Any], Field(examples=[{"properties": {"sku": {"type": "string"}}}])] = {}
    """The arguments as a JSON Schema of an object."""
    effect: Effect | None = None
    """Left out: GET reads, everything else writes outside."""
    roles: Annotated[tuple[AskingRole, ...], Field(min_length=1)] = ("manager", "rep")
    """Who may use it."""
    answer: Annotated[str, Field(examples=["items[].{sku: sku, free: stock.available}"])] = "@"
    """JMESPath: what of the answer the LLM is shown."""
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10
    max_bytes: Annotated[int, Field(ge=512, le=262_144)] = 16_384
    """The most that the LLM is shown; longer lists are cut, and it is told so."""
    cache_seconds: Annotated[int, Field(ge=0, le=86_400)] = 0
    """How long an equal call of the same person may be answered by an earlier result; only for what reads."""
    labels: tuple[Label, ...] = ("untrusted",)
    """`untrusted`: third parties may have written what it answers."""
    idempotency_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,80}$")] = "Idempotency-Key"
    """The header in which a writing call names itself, so that the API takes it once."""

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
            raise ValueError("holds characters that no address has: write them as %20 and the like")
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http"):
            raise ValueError("must begin with https://")
        if "{" in parts.netloc or "$" in parts.netloc:
            raise ValueError("the host is fixed: no place can stand in it")
        if parts.query or parts.fragment or "?" in url or "#" in url:
            raise ValueError("holds the path alone: put parameters under query")
        if parts.username is not None or parts.password is not None:
            raise ValueError("holds no user and password: put them into a header, as a ${SECRET}")
        _check_host(parts.hostname or "")
        _ = parts.port  # raises ValueError
        if {"..", "."} & set(parts.path.split("/")):
            raise ValueError("its path must not climb by dots")
        if Template(parts.path).secrets:
            raise ValueError("a secret has no place in an address: put it into a header or the query")
        return url

    @field_validator("headers")
    @classmethod
    def _check_headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            template = Template(value)
            if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS:
                raise ValueError(f"{name[:80]} is no header to be set here")
            if template.arguments or template.names_person or not value.isascii() or not value.isprintable():
                raise ValueError(f"{name} must be plain text, with secrets as ${{NAME}} and no other places")
            if _SECRET_HEADER.search(name) and not template.secrets:
                raise ValueError(f"{name} looks like a secret: put it into the environment and write ${{NAME}}")
        return headers

    @field_validator("answer")
    @classmethod
    def _check_answer(cls, answer: str) -> str:
        try:
            jmespath.compile(answer)
        except JMESPathError as error:
            raise ValueError(f"not JMESPath: {str(error).splitlines()[0]}") from None
        return answer

    @model_validator(mode="after")
    def _check_places(self) -> Self:
        schema = self.schema_of_arguments
        templates = [self.path, *self.query_template.templates(), *self.body_template.templates()]
        used: frozenset[str] = frozenset().union(*(template.arguments for template in templates))
        if used - schema.names:
            raise ValueError(f"parameters does not describe {', '.join(sorted(used - schema.names))}")
        if schema.names - used:
            raise ValueError(f"{', '.join(sorted(schema.names - used))} stands nowhere in url, query or body")
        if self.path.arguments - schema.required:
            raise ValueError(f"{', '.join(sorted(self.path.arguments - schema.required))} is in url: make it required")
        if self.body is not None and self.method == "GET":
            raise ValueError("a GET has no body")
        if self.body_as == "form" and not isinstance(self.body, dict | None):
            raise ValueError("the body of a form is an object")
        if self.cache_seconds and self.effect_or_default != "read":
            raise ValueError("cache_seconds is for tools that read")
        return self

    @property
    def effect_or_default(self) -> Effect:
        return self.effect or ("read" if self.method == "GET" else "external_write")

    @property
    def cache_for(self) -> timedelta:
        return timedelta(seconds=self.cache_seconds)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @cached_property
    def path(self) -> Template:
        return Template(urlsplit(self.url).path)

    @cached_property
    def query_template(self) -> Structure:
        return Structure(self.query)

    @cached_property
    def body_template(self) -> Structure:
        return Structure(self.body)

    @cached_property
    def schema_of_arguments(self) -> ArgumentSchema:
        return ArgumentSchema(self.parameters)


def _check_host(host: str) -> None:
    """A name, or an address in its plain notation: resolvers read 0x7f.1 and 2130706433 as addresses too."""
    if ":" in host:
        return  # urlsplit takes nothing but an IPv6 address between brackets
    if not _HOST.fullmatch(host):
        raise ValueError("names no host")
    if _LOOKS_NUMERIC.fullmatch(host.rpartition(".")[2]) and not _FOUR_NUMBERS.fullmatch(host):
        raise ValueError("names its host by a number: write the name, or the address as four numbers")
    if _FOUR_NUMBERS.fullmatch(host) and any(part != str(int(part)) for part in host.split(".")):
        raise ValueError("writes its host's address with leading zeros")
