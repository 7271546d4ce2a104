"""Texts and JSON with places in them: `{argument}`, `{person.salesperson}` and `${SECRET}`, filled as data.

What fills a place is never read again: a value with braces in it is a value, and whoever asks is never an argument.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from agent.base import Situation, ToolContext
from models.errors import ToolError
from models.secret_reference import resolve_reference

_PLACE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}|\{([A-Za-z_][A-Za-z0-9_.]*)\}")
_STRAY = re.compile(r"[{}]|\$\{")

# What code, never the LLM, tells: by the name that a template calls it.
FIXED: Final[Mapping[str, Callable[[Situation], str | None]]] = {
    "person.name": lambda situation: situation.person_name,
    "person.role": lambda situation: situation.role,
    "person.salesperson": lambda situation: situation.salesperson,
    "person.customer": lambda situation: situation.customer,
    "today": lambda situation: situation.today.isoformat(),
}
Kind = Literal["literal", "secret", "fixed", "argument"]


@dataclass(frozen=True, slots=True)
class _Part:
    kind: Kind
    text: str


class Missing(Exception):
    """An argument that was left out stands in this template."""


class Template:
    """A text with places. Raises ValueError for a brace that belongs to none and for a fixed value that is none."""

    def __init__(self, source: str) -> None:
        self._parts: list[_Part] = []
        at = 0
        for match in _PLACE.finditer(source):
            self._add_literal(source[at : match.start()])
            self._parts.append(_part_of(match[1], match[2]))
            at = match.end()
        self._add_literal(source[at:])

    @property
    def arguments(self) -> frozenset[str]:
        """The names of the arguments in it."""
        return frozenset(part.text for part in self._parts if part.kind == "argument")

    @property
    def secrets(self) -> frozenset[str]:
        """The names of the secrets in it."""
        return frozenset(part.text for part in self._parts if part.kind == "secret")

    @property
    def names_person(self) -> bool:
        """Whether something in it depends on who asks."""
        return any(part.kind == "fixed" and part.text != "today" for part in self._parts)

    def resolve(self, environ: Mapping[str, str]) -> "Template":
        """The same with its secrets in their places. Raises ConfigurationError."""
        resolved = Template("")
        resolved._parts = [
            _Part("literal", resolve_reference(f"${{{part.text}}}", environ)) if part.kind == "secret" else part
            for part in self._parts
        ]
        return resolved

    def fill(self, arguments: Mapping[str, Any], context: ToolContext, quote: Callable[[str], str] = str) -> str:
        """The text, each value quoted. Raises Missing, and ToolError for a value that this person does not have."""
        filled = []
        for part in self._parts:
            if part.kind == "argument":
                filled.append(quote(as_text(_argument(part.text, arguments))))
            else:
                filled.append(quote(_fixed(part.text, context)) if part.kind == "fixed" else part.text)
        return "".join(filled)

    def value(self, arguments: Mapping[str, Any], context: ToolContext) -> Any:
        """Like `fill`; an argument that stands alone keeps its type."""
        if len(self._parts) == 1 and self._parts[0].kind == "argument":
            return _argument(self._parts[0].text, arguments)
        return self.fill(arguments, context)

    def _add_literal(self, text: str) -> None:
        if _STRAY.search(text):
            raise ValueError("a brace stands alone: places are written {argument}, {person.salesperson} or ${SECRET}")
        if text:
            self._parts.append(_Part("literal", text))


class Structure:
    """JSON whose strings are templates; members whose argument was left out are left out too."""

    def __init__(self, source: Any) -> None:
        self._node = _compile(source)

    def templates(self) -> Iterator[Template]:
        """Every template in it."""
        return _templates(self._node)

    def resolve(self, environ: Mapping[str, str]) -> "Structure":
        resolved = Structure(None)
        resolved._node = _resolve(self._node, environ)
        return resolved

    def fill(self, arguments: Mapping[str, Any], context: ToolContext) -> Any:
        return _fill(self._node, arguments, context)


def as_text(value: Any) -> str:
    """A scalar as addresses write it. Raises ToolError for what is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ToolError("Wrong arguments: a text or a number is expected, no list or object.", code="bad_arguments")


def _part_of(secret: str | None, name: str) -> _Part:
    if secret is not None:
        return _Part("secret", secret)
    if name in FIXED:
        return _Part("fixed", name)
    if "." in name:
        raise ValueError(f"{{{name}}} is none of {', '.join(f'{{{known}}}' for known in FIXED)}")
    return _Part("argument", name)


def _argument(name: str, arguments: Mapping[str, Any]) -> Any:
    if arguments.get(name) is None:
        raise Missing(name)
    return arguments[name]


def _fixed(name: str, context: ToolContext) -> str:
    value = FIXED[name](context.situation)
    if not value:
        raise ToolError("This person is not linked to anybody in the company's systems.", code="not_allowed")
    return value


def _compile(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {name: _compile(value) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [_compile(value) for value in node]
    return Template(node) if isinstance(node, str) else node


def _children(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from node.values()
    elif isinstance(node, list):
        yield from node


def _templates(node: Any) -> Iterator[Template]:
    if isinstance(node, Template):
        yield node
    for child in _children(node):
        yield from _templates(child)


def _resolve(node: Any, environ: Mapping[str, str]) -> Any:
    if isinstance(node, Template):
        return node.resolve(environ)
    if isinstance(node, dict):
        return {name: _resolve(value, environ) for name, value in node.items()}
    return [_resolve(value, environ) for value in node] if isinstance(node, list) else node


_LEFT_OUT: Final = object()


def _fill(node: Any, arguments: Mapping[str, Any], context: ToolContext) -> Any:
    if isinstance(node, dict):
        filled = {name: _fill_member(value, arguments, context) for name, value in node.items()}
        return {name: value for name, value in filled.items() if value is not _LEFT_OUT}
    if isinstance(node, list):
        entries = [_fill_member(value, arguments, context) for value in node]
        return [value for value in entries if value is not _LEFT_OUT]
    return node.value(arguments, context) if isinstance(node, Template) else node


def _fill_member(node: Any, arguments: Mapping[str, Any], context: ToolContext) -> Any:
    try:
        return _fill(node, arguments, context)
    except Missing:
        return _LEFT_OUT
