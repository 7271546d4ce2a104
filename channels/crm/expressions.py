"""What a mapping file may say about a document: a JMESPath expression, a line with expressions in it, a structure."""

import re
from collections.abc import Callable
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from models.errors import PayloadError

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Expression:
    """One JMESPath expression, compiled. Raises ValueError when it is none."""

    def __init__(self, source: str) -> None:
        self.source = source
        try:
            self._compiled = jmespath.compile(source)
        except JMESPathError as error:
            raise ValueError(f"not JMESPath: {str(error).splitlines()[0]}") from None

    def find(self, document: Any) -> Any:
        """The value, None where there is none. Raises PayloadError when the document has other types than expected."""
        try:
            return self._compiled.search(document)
        except (JMESPathError, TypeError, ValueError, RecursionError):
            raise PayloadError(f"{self.source}: cannot be read from this payload") from None

    def holds(self, document: Any) -> bool:
        """JMESPath's own truth: null, false and what is empty are false, the number 0 is not."""
        value = self.find(document)
        return not (value is None or value is False or value in ("", [], {}))

    def text(self, document: Any, joint: str = ":") -> str:
        """A string, or a number as one; a list becomes its values between joints, empty as soon as one is missing."""
        value = self.find(document)
        if isinstance(value, list):
            parts = [_as_text(item) for item in value]
            return joint.join(parts) if parts and all(parts) else ""
        return _as_text(value)


class Template:
    """A line with `{expression}` in it. Raises ValueError when a brace stands alone or an expression is none."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._literals = _PLACEHOLDER.split(source)[::2]
        self._expressions = [Expression(found) for found in _PLACEHOLDER.findall(source)]
        if any("{" in text or "}" in text for text in self._literals):
            raise ValueError("a brace stands alone")

    def fill(self, document: Any, quote: Callable[[str], str] = str) -> str:
        """Each expression's text, quoted, in its place; what is missing leaves nothing."""
        filled = [self._literals[0]]
        for expression, literal in zip(self._expressions, self._literals[1:], strict=True):
            filled += [quote(expression.text(document)), literal]
        return "".join(filled)


class Structure:
    """JSON whose strings are JMESPath when they begin with `=`; members that come out as null are left out."""

    def __init__(self, source: Any) -> None:
        self._node = _compiled(source)

    def fill(self, document: Any) -> Any:
        return _filled(self._node, document)


def _compiled(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _compiled(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_compiled(value) for value in node]
    if isinstance(node, str) and node.startswith("="):
        return Expression(node[1:])
    return node


def _filled(node: Any, document: Any) -> Any:
    if isinstance(node, Expression):
        return node.find(document)
    if isinstance(node, dict):
        filled = {name: _filled(value, document) for name, value in node.items()}
        return {name: value for name, value in filled.items() if value is not None}
    if isinstance(node, list):
        return [_filled(value, document) for value in node]
    return node


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, bool | dict | list) else str(value)
