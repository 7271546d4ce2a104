"""A configured request made of a call's arguments: every value encoded by us, none able to leave its place."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from agent.base import ToolContext
from agent.tools.http.spec import HttpToolSpec
from agent.tools.templates import Structure, Template, as_text
from models.errors import ToolError
from models.known_secrets import spellings_of
from models.secret_reference import resolve_reference

# Servers and proxies undo encodings in a path, some of them twice: what would mean something there is refused.
_UNSAFE_IN_PATH = re.compile(r"[/\\%\x00-\x1f\x7f]")
_CONTENT_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class OutgoingRequest:
    """What is to be sent, complete."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


class RequestTemplate:
    """A spec with its secrets in their places. Raises ConfigurationError for a secret that is not set."""

    def __init__(self, spec: HttpToolSpec, environ: Mapping[str, str]) -> None:
        self._spec = spec
        self._path = spec.path
        self._query = spec.query_template.resolve(environ)
        self._body = spec.body_template.resolve(environ)
        headers = {name: Template(value) for name, value in spec.headers.items()}
        self._headers = {name: template.resolve(environ) for name, template in headers.items()}
        self.secrets = spellings_of(_secrets_of(spec, environ))

    def fill(self, arguments: Mapping[str, Any], context: ToolContext) -> OutgoingRequest:
        """Raises ToolError for arguments that have no place in an address or a body."""
        spec, parts = self._spec, urlsplit(self._spec.url)
        path = self._path.fill(arguments, context, _quote_for_path) or "/"
        if {"", ".", ".."} & set(path.split("/")[1:-1]) or path.rpartition("/")[2] in (".", ".."):
            raise ToolError("Wrong arguments: one of them is no part of an address.", code="bad_arguments")
        query = _encode(self._query.fill(arguments, context))
        headers = {name: template.fill({}, context) for name, template in self._headers.items()}
        headers = {"Accept": "application/json", "User-Agent": "Recado"} | headers
        if spec.effect_or_default != "read" and context.key:
            headers[spec.idempotency_header] = context.key
        body = self._fill_body(self._body, arguments, context)
        if body is not None:
            headers["Content-Type"] = _CONTENT_TYPES[spec.body_as]
        return OutgoingRequest(spec.method, urlunsplit((parts.scheme, parts.netloc, path, query, "")), headers, body)

    def _fill_body(self, body: Structure, arguments: Mapping[str, Any], context: ToolContext) -> bytes | None:
        if self._spec.body is None:
            return None
        filled = body.fill(arguments, context)
        if self._spec.body_as == "form":
            return _encode(filled).encode()
        return json.dumps(filled, ensure_ascii=False, allow_nan=False).encode()


def _quote_for_path(value: str) -> str:
    if not value or _UNSAFE_IN_PATH.search(value):
        raise ToolError(
            "Wrong arguments: what stands in an address must not be empty or hold slashes or percent signs.",
            code="bad_arguments",
        )
    return quote(value, safe="")


def _encode(values: Mapping[str, Any]) -> str:
    """As forms and queries are written; a list repeats its name."""
    pairs = [(name, as_text(entry)) for name, value in values.items() for entry in _entries(value)]
    return urlencode(pairs, quote_via=quote, safe="")


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _secrets_of(spec: HttpToolSpec, environ: Mapping[str, str]) -> list[str]:
    templates = [*spec.query_template.templates(), *spec.body_template.templates()]
    names = {name for template in [*templates, *map(Template, spec.headers.values())] for name in template.secrets}
    return [resolve_reference(f"${{{name}}}", environ) for name in sorted(names)]
