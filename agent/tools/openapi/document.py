"""An OpenAPI 3 document: its operations by their ids, and what its references lead to, never outside the document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from models.errors import ConfigurationError, PayloadError
from models.strict_json import parse_json
from models.yaml_document import parse_yaml, read_yaml

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_MOST_BYTES = 10_000_000
_DEEPEST = 100
_MOST_STEPS = 20  # from reference to reference
_ROOT = "urn:recado:openapi"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path; `parameters` are those of both, resolved."""

    id: str
    method: str
    path: str
    summary: str
    parameters: tuple[Mapping[str, Any], ...]
    body: Mapping[str, Any] | None  # the resolved Request Body Object


class OpenApiDocument:
    """Raises ConfigurationError for what is no OpenAPI 3 document. Nothing is fetched."""

    def __init__(self, content: Mapping[str, Any], origin: str) -> None:
        version = str(content.get("openapi", ""))
        if not version.startswith("3.") or not isinstance(content.get("paths"), Mapping):
            raise ConfigurationError(f"{origin}: no OpenAPI 3 document (Swagger 2 has to be converted first)")
        self._content = content
        self._origin = origin
        registry: Registry[Any] = Registry().with_resource(_ROOT, DRAFT202012.create_resource(content))
        self._resolver = registry.resolver(_ROOT)

    def resolve(self, node: Any) -> Any:
        """What the node's `$ref` leads to, or the node itself. Raises ConfigurationError."""
        for _ in range(_MOST_STEPS):
            if not isinstance(node, Mapping) or not isinstance(node.get("$ref"), str):
                return node
            if not node["$ref"].startswith("#"):
                raise ConfigurationError(f"{self._origin}: {node['$ref'][:200]} leads out of the document: bundle it")
            try:
                node = self._resolver.lookup(node["$ref"]).contents
            except (Unresolvable, LookupError, TypeError, ValueError):
                raise ConfigurationError(f"{self._origin}: {node['$ref'][:200]} leads nowhere") from None
        raise ConfigurationError(f"{self._origin}: references lead in a circle")

    def get_operation(self, operation_id: str) -> Operation:
        """Raises ConfigurationError naming the ids there are."""
        found = [entry for entry in self._operations() if entry[2].get("operationId") == operation_id]
        if len(found) != 1:
            known = ", ".join(sorted(str(entry[2].get("operationId")) for entry in self._operations())[:40])
            state = "twice" if found else "not"
            raise ConfigurationError(
                f"{self._origin}: the operation {operation_id} is {state} there; there are {known}"
            )
        method, path, operation, shared = found[0]
        own = [self.resolve(parameter) for parameter in operation.get("parameters", ())]
        names = {(parameter.get("name"), parameter.get("in")) for parameter in own}
        inherited = [self.resolve(parameter) for parameter in shared]
        kept = [entry for entry in inherited if (entry.get("name"), entry.get("in")) not in names]
        words = [str(operation.get(key) or "").strip() for key in ("summary", "description")]
        summary = "\n".join(dict.fromkeys(text for text in words if text))
        return Operation(
            operation_id, method.upper(), path, summary, (*kept, *own), self.resolve(operation.get("requestBody"))
        )

    def _operations(self) -> Iterator[tuple[str, str, Mapping[str, Any], Any]]:
        """Method, path, operation, and the parameters that all operations of the path share."""
        for path, item in self._content["paths"].items():
            resolved = self.resolve(item)
            if isinstance(resolved, Mapping):
                for method in _METHODS:
                    if isinstance(resolved.get(method), Mapping):
                        yield method, str(path), resolved[method], resolved.get("parameters") or ()


def read_document(
    document: str | Mapping[str, Any], folder: Path, kept: Mapping[str, str] | None = None
) -> OpenApiDocument:
    """The document itself; else the file of that name as it was `kept`, or else as it is in `folder`. Raises
    ConfigurationError."""
    if not isinstance(document, str):
        return OpenApiDocument(document, "the OpenAPI document")
    path = folder / document
    is_yaml = path.suffix in (".yaml", ".yml")
    if kept is not None:
        text = kept[document]
        content = parse_yaml(text, document).value if is_yaml else _parse_json(text.encode(), document)
    else:
        content = read_yaml(path).value if is_yaml else _read_json(path)
    if not isinstance(content, Mapping):
        raise ConfigurationError(f"{path}: no OpenAPI document")
    return OpenApiDocument(content, str(path))


def _read_json(path: Path) -> Any:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConfigurationError(f"{path}: more than {_MOST_BYTES} bytes; keep the operations that are needed")
        return _parse_json(path.read_bytes(), str(path))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read ({error}): give the path of an OpenAPI document") from None


def _parse_json(content: bytes, origin: str) -> Any:
    try:
        return parse_json(content, origin, max_depth=_DEEPEST)
    except PayloadError as error:
        raise ConfigurationError(str(error)) from None
