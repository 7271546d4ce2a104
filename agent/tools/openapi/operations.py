"""Operations of an OpenAPI document as HTTP tools: only those allowed by name, reading unless listed as writing."""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agent.base import Tool
from agent.tools.http.spec import HttpToolSpec
from agent.tools.http.tool import build_http_tools
from agent.tools.json_arguments import ArgumentSchema
from agent.tools.openapi.document import OpenApiDocument, Operation, read_document
from agent.tools.openapi.schema import NoStrictForm, SchemaReader
from agent.tools.openapi.spec import OpenApiSpec
from models.clock import Clock
from models.errors import ConfigurationError
from models.network.guarded_client import GuardedClient

_log = logging.getLogger(__name__)
_LONGEST_DESCRIPTION = 1000
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_SCALARS = frozenset({"string", "number", "integer", "boolean", "null"})


def build_openapi_tools(
    specs: Sequence[OpenApiSpec],
    *,
    client: GuardedClient,
    environ: Mapping[str, str],
    clock: Clock | None = None,
    folder: Path = Path(),
    kept: Mapping[str, str] | None = None,
) -> dict[str, Tool]:
    """By name; documents are `kept` by their paths, or else looked for in `folder`. Raises ConfigurationError."""
    tools = [tool for spec in specs for tool in describe_operations(spec, folder, kept)]
    return build_http_tools(tools, client=client, environ=environ, clock=clock)


def describe_operations(
    spec: OpenApiSpec, folder: Path = Path(), kept: Mapping[str, str] | None = None
) -> list[HttpToolSpec]:
    """The operations as HTTP tools. Raises ConfigurationError naming the operation and what it lacks."""
    document = read_document(spec.document, folder, kept)
    return [_describe(document, document.get_operation(name), spec) for name in spec.operations]


@dataclass(slots=True)
class _Places:
    """What an operation's request is made of, while it is gathered."""

    path: str
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    properties: dict[str, Any] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)

    def offer(self, wished: str, schema: Mapping[str, Any], required: bool) -> str:
        """Make it an argument; gives the place that stands for it."""
        name = base = _argument_name(wished)
        number = 1
        while name in self.properties:
            number += 1
            name = f"{base}_{number}"
        ArgumentSchema({"properties": {name: schema}})
        self.properties[name] = schema
        if required:
            self.required.append(name)
        return f"{{{name}}}"


def _describe(document: OpenApiDocument, operation: Operation, spec: OpenApiSpec) -> HttpToolSpec:
    if operation.method != "GET" and operation.id not in spec.writes:
        raise ConfigurationError(f"{operation.id} is a {operation.method}: name it under writes, if it may write")
    places = _Places(operation.path)
    reader = SchemaReader(document)
    for parameter in operation.parameters:
        _place_parameter(places, operation, parameter, spec, reader)
    body_as = _place_body(places, operation, spec, reader)
    words = spec.descriptions.get(operation.id) or operation.summary
    given = {
        "name": f"{spec.name}_{_snake(operation.id)}"[:64],
        "description": f"{words[:_LONGEST_DESCRIPTION]}\n({operation.method} {operation.path})",
        "method": operation.method,
        "url": spec.base_url.rstrip("/") + places.path,
        "query": places.query,
        "headers": places.headers | spec.headers,
        "body": places.body,
        "body_as": body_as,
        "parameters": {"type": "object", "properties": places.properties, "required": places.required},
        "roles": spec.roles,
        "answer": spec.answers.get(operation.id, "@"),
        "timeout_seconds": spec.timeout_seconds,
        "max_bytes": spec.max_bytes,
        "labels": spec.labels,
    }
    try:
        return HttpToolSpec.model_validate(given)
    except ValidationError as error:
        mistakes = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(f"{operation.id}: {mistakes}") from None


def _place_parameter(
    places: _Places, operation: Operation, parameter: Mapping[str, Any], spec: OpenApiSpec, reader: SchemaReader
) -> None:
    name, where = str(parameter.get("name")), parameter.get("in")
    required = parameter.get("required") is True or where == "path"
    if name in spec.fixed:
        _put(places, name, where, spec.fixed[name])
        return
    try:
        if where not in ("path", "query"):
            raise NoStrictForm(f"it belongs into a {where}")
        schema = reader.read(parameter.get("schema"))
        if isinstance(parameter.get("description"), str):
            schema.setdefault("description", " ".join(parameter["description"].split())[:400])
        _check_style(parameter, schema)
        if _is_offered(name, operation, spec, required):
            _put(places, name, where, places.offer(name, schema, required))
    except (NoStrictForm, ValueError) as error:
        _leave_out(operation, name, required, error)


def _put(places: _Places, name: str, where: Any, value: Any) -> None:
    if where == "path":
        places.path = places.path.replace(f"{{{name}}}", str(value))
    elif where == "query":
        places.query[name] = value
    elif where == "header":
        places.headers[name] = str(value)


def _place_body(places: _Places, operation: Operation, spec: OpenApiSpec, reader: SchemaReader) -> str:
    """Its members become arguments of their own; what is no object becomes one argument."""
    if operation.body is None:
        return "json"
    content = operation.body.get("content") or {}
    kind = next((kind for kind in (_JSON, _FORM) if kind in content), None)
    if kind is None:
        raise ConfigurationError(f"{operation.id} takes neither JSON nor a form: it cannot be offered")
    form = kind == _FORM
    try:
        merged = reader.merge(content[kind].get("schema"))
        if "properties" not in merged:
            places.body = places.offer("body", reader.read(merged), True)
            return "json"
    except (NoStrictForm, ValueError) as error:
        raise ConfigurationError(f"{operation.id}: its body has no strict form ({error})") from None
    places.body = dict(_members(places, operation, merged, spec, reader, form))
    return "form" if form else "json"


def _members(
    places: _Places, operation: Operation, body: Mapping[str, Any], spec: OpenApiSpec, reader: SchemaReader, form: bool
) -> Iterator[tuple[str, Any]]:
    for name, inner in body["properties"].items():
        required = name in (body.get("required") or ())
        if name in spec.fixed:
            yield name, spec.fixed[name]
            continue
        try:
            schema = reader.read(inner)
            if form:
                _check_style({"in": "query"}, schema)
            if _is_offered(name, operation, spec, required):
                yield name, places.offer(name, schema, required)
        except (NoStrictForm, ValueError) as error:
            _leave_out(operation, name, required, error)


def _check_style(parameter: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Raises NoStrictForm for ways of writing lists and objects that our requests do not know."""
    listed = schema.get("type") == "array"
    style = parameter.get("style") or ("form" if parameter["in"] == "query" else "simple")
    inner = schema["items"] if listed else schema
    kinds = inner.get("type", "string")
    if not set([kinds] if isinstance(kinds, str) else kinds) <= _SCALARS:
        raise NoStrictForm("an object has no place in an address or a form")
    if listed and (parameter["in"] == "path" or style != "form" or parameter.get("explode") is False):
        raise NoStrictForm("its way of writing lists is not known")


def _is_offered(name: str, operation: Operation, spec: OpenApiSpec, required: bool) -> bool:
    chosen = spec.arguments.get(operation.id)
    return chosen is None or name in chosen or required


def _leave_out(operation: Operation, name: str, required: bool, reason: Exception) -> None:
    if required:
        raise ConfigurationError(f"{operation.id} needs {name}, which no LLM can give ({reason}): put it under fixed")
    _log.info("%s: %s is not offered: %s", operation.id, name, reason)


def _argument_name(name: str) -> str:
    """As vendors' strict modes take it: `DateSent<` becomes `DateSent_lt`."""
    spelt = name.replace("<", "_lt").replace(">", "_gt")
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", spelt).strip("_") or "argument"
    return plain if not plain[0].isdigit() else f"n{plain}"


def _snake(name: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
