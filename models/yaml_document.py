"""Configuration files in YAML, read safely, and their mistakes told with the place: a line for each, with the cure.

Duplicate keys, several documents in one file and tags are refused; anchors may not blow a small file up.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from models.errors import ConfigurationError

_MOST_BYTES = 1_000_000
_MOST_NODES = 50_000  # with every alias counted as what it stands for
_DEEPEST = 50
_ROUNDS = 5  # what is taken out may leave something else without what it needs

M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]
Mistaken = tuple[Place, str]  # where, and what is wrong there


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """What a file says. `lines` holds where each place begins, from 1; a place is a path of keys and numbers."""

    origin: str
    value: Any
    lines: Mapping[Place, int]

    def read_as(self, model: type[M]) -> M:
        """The document as a checked value. Raises ConfigurationError with a line for each mistake."""
        try:
            return model.model_validate(self.value)
        except ValidationError as error:
            raise ConfigurationError("\n".join(self.explain(error))) from None

    def read_what_is_right(self, model: type[M], **stand_ins: object) -> tuple[M | None, list[Mistaken]]:
        """What is left without what is wrong, and what that is; so that the rest can be looked at in the same round.
        `stand_ins` are for what nothing can be read without. None where nothing is left."""
        value, mistaken = deepcopy(self.value), list[Mistaken]()
        for _ in range(_ROUNDS):
            try:
                return model.model_validate(value), mistaken
            except ValidationError as error:
                wrong = _deepest(error)
                for item in wrong:
                    if item["type"] != "missing" or not any(_is_above(item["loc"], place) for place, _ in mistaken):
                        mistaken.append((item["loc"], item["msg"]))  # else it was there
                _take_out(value, [item["loc"] for item in wrong])
                value |= {name: one for name, one in stand_ins.items() if name not in value}
        return None, mistaken

    def explain(self, error: ValidationError) -> list[str]:
        """One line per mistake, in the order of the file, never showing a value: it may be a secret."""
        return [words for _, words in sorted(self._explain(item["loc"], item["msg"]) for item in _deepest(error))]

    def spell(self, mistaken: Iterable[Mistaken]) -> list[str]:
        """The same of mistakes that others found; those of one line in their order."""
        told = dict.fromkeys(self._explain(place, words) for place, words in mistaken)
        return [words for _, words in sorted(told, key=lambda one: one[0])]

    def _explain(self, place: Place, message: str) -> tuple[int, str]:
        line = self._line_of(place)
        return line, f"{self.origin}:{line}: {_spell(place, message)}"

    def _line_of(self, place: Place) -> int:
        """Of the place, or of what is nearest above it: what is missing has no line of its own."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(path: Path) -> YamlDocument:
    """Raises ConfigurationError."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ConfigurationError(f"{path} cannot be read ({reason}): give the path of a readable YAML file") from None
    return parse_yaml(text, str(path))


def parse_yaml(text: str, origin: str) -> YamlDocument:
    """The one document in the text, whose top is a mapping. Raises ConfigurationError. Pure."""
    if len(text) > _MOST_BYTES:
        raise ConfigurationError(f"{origin}: longer than {_MOST_BYTES} characters: split it")
    try:
        top = _reader().compose(io.StringIO(text))
        lines = _Places(origin).of(top)
        value = _reader().load(io.StringIO(text))
    except MarkedYAMLError as error:
        raise ConfigurationError(_explain_syntax(origin, error)) from None
    except (YAMLError, ValueError, TypeError, RecursionError) as error:
        raise ConfigurationError(f"{origin}: this is no YAML ({str(error).splitlines()[0][:120]})") from None
    if not isinstance(value, dict):
        raise ConfigurationError(f"{origin}:1: write `key: value` lines; a file must not be empty or begin with a list")
    return YamlDocument(origin, value, lines)


def _reader() -> YAML:
    return YAML(typ="safe", pure=True)


def _explain_syntax(origin: str, error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    problem = (error.problem or error.context or "no YAML").strip()
    if problem.startswith("found duplicate key"):  # it quotes the values, which may be secrets
        problem = problem.split(" with value")[0] + ": keep one of them"
    elif problem.startswith("could not determine a constructor"):
        problem = "tags such as !this are not taken: write plain values"
    return f"{origin}:{mark.line + 1 if mark else 1}: {problem}"


class _Places:
    """Walks the nodes of a document, aliases as what they stand for, and notes the line of each place."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._lines: dict[Place, int] = {}

    def of(self, top: Node | None) -> Mapping[Place, int]:
        if top is not None:
            self._walk(top, (), top.start_mark.line)
        return self._lines

    def _walk(self, node: Node, place: Place, line: int) -> None:
        self._lines[place] = line + 1
        if len(self._lines) > _MOST_NODES or len(place) > _DEEPEST:
            raise ConfigurationError(f"{self._origin}:{line + 1}: too large or too deep, or its aliases make it so")
        if isinstance(node, MappingNode):
            for name, value in node.value:
                if not isinstance(name, ScalarNode):
                    raise ConfigurationError(f"{self._origin}:{name.start_mark.line + 1}: a key must be a plain word")
                self._walk(value, (*place, str(name.value)), name.start_mark.line)
        elif isinstance(node, SequenceNode):
            for number, item in enumerate(node.value):
                self._walk(item, (*place, number), item.start_mark.line)


def _deepest(error: ValidationError) -> list[ErrorDetails]:
    mistakes = error.errors(include_url=False)
    return [item for item in mistakes if not any(_is_above(item["loc"], other["loc"]) for other in mistakes)]


def _take_out(value: Any, places: Iterable[Place]) -> None:
    """What is wrong at these places; where something is missing, what it is missing in."""
    found = {(id(container), key): container for container, key in filter(None, (_find(value, one) for one in places))}
    for (_, key), container in sorted(
        found.items(), key=lambda one: (isinstance(one[0][1], int), one[0][1]), reverse=True
    ):
        del container[key]  # lists from behind, so that the numbers before stay


def _find(value: Any, place: Place) -> tuple[Any, Any] | None:
    """What holds the place, and under which key. Parts of it that no key is - which kind of a thing it was read as -
    are left out."""
    found = None
    for part in place:
        is_key = isinstance(value, dict) and part in value
        if is_key or (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            found = value, part
            value = value[part]
    return found


def _is_above(place: Place, other: Place) -> bool:
    """A list whose items are all wrong is also told to be empty: once is enough."""
    return len(place) < len(other) and other[: len(place)] == place


_PLAINLY = {
    "Field required": "is missing",
    "Extra inputs are not permitted": "is not known here: correct the name or remove it",
    "Decimal input should be an integer, float, string or Decimal object": "must be a number, such as 5 or 12.50",
}


def spell_plainly(message: str) -> str:
    """What pydantic says of a value, in words for whoever wrote the file."""
    return _PLAINLY.get(message, message.removeprefix("Value error, ").replace("Input should", "should"))


def spell_mistakes(error: ValidationError) -> str:
    """All mistakes of a value that stands in no YAML file, in one line that shows no value."""
    return "; ".join(_spell(item["loc"], item["msg"]) for item in error.errors(include_url=False))


def _spell(place: Sequence[str | int], message: str) -> str:
    words = spell_plainly(message)
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    return f"{where}: {words}" if where else words
