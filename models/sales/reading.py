"""Source files: YAML made into a SourceSpec, each mistake told with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from models.sales.mistakes import Mistake, Place, SourceMistakes
from models.sales.spec import SourceSpec
from models.yaml_document import spell_plainly

SOURCES = Path(__file__).resolve().parents[2] / "sources"
_LARGEST = 256 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A spec and where its parts stand: `lines` count from one."""

    spec: SourceSpec
    name: str = "source"
    lines: Mapping[Place, int] | None = None


def read_source_file(path: Path) -> SourceFile:
    """Raises SourceMistakes, a ConfigurationError with one line a mistake."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceMistakes([Mistake((), f"cannot be read ({error})")], str(path)) from None
    if len(raw) > _LARGEST:
        raise SourceMistakes([Mistake((), "is larger than 256 KiB: this is no source file")], str(path))
    return read_source(text, str(path))


def read_source(text: str, name: str = "source") -> SourceFile:
    """Raises SourceMistakes."""
    yaml = YAML(typ="rt")
    try:
        loaded = yaml.load(StringIO(text))
    except YAMLError as error:
        raise SourceMistakes([_yaml_mistake(error)], name, _line_of(error)) from None
    if not isinstance(loaded, CommentedMap):
        raise SourceMistakes([Mistake((), "is empty: `python -m bot source draft` writes a first one")], name)
    lines: dict[Place, int] = {}
    plain = _plain(loaded, (), lines, set())
    try:
        return SourceFile(SourceSpec.model_validate(plain), name, lines)
    except ValidationError as error:
        raise SourceMistakes(_mistakes(error), name, lines) from None


@lru_cache(maxsize=1)
def demo_spec() -> SourceSpec:
    """The demo company's own file."""
    return read_source_file(SOURCES / "demo.yaml").spec


@lru_cache(maxsize=1)
def nine_views() -> SourceSpec:
    """For a database that offers the demo's tables under their names, wherever the role's search path finds them; that
    it keeps count of its changes, or knows when a deal moved, is not asked of it."""
    demo = demo_spec()
    assert demo.pipeline is not None
    deal = demo.pipeline.deal.model_copy(update={"moved": None})
    pipeline = demo.pipeline.model_copy(update={"deal": deal})
    return demo.model_copy(update={"schema_": None, "version": None, "pipeline": pipeline})


def _plain(node: Any, place: Place, lines: dict[Place, int], above: set[int]) -> Any:
    if id(node) in above or len(lines) > 5000:
        raise SourceMistakes([Mistake(place, "is too large or holds itself")])
    tag = getattr(getattr(node, "tag", None), "value", None)
    if tag is not None:
        raise SourceMistakes([Mistake(place, f"the tag {tag} is not read here")])
    if isinstance(node, CommentedMap):
        found: dict[Any, Any] = {}
        for key, value in node.items():
            inner = (*place, str(key))
            lines[inner] = int(node.lc.key(key)[0]) + 1
            found[str(key)] = _plain(value, inner, lines, above | {id(node)})
        return found
    if isinstance(node, CommentedSeq):
        for number in range(len(node)):
            lines[(*place, number)] = int(node.lc.item(number)[0]) + 1
        return [_plain(value, (*place, n), lines, above | {id(node)}) for n, value in enumerate(node)]
    return node


def _yaml_mistake(error: YAMLError) -> Mistake:
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return Mistake(("YAML",), str(problem))


def _line_of(error: YAMLError) -> dict[Place, int]:
    mark = getattr(error, "problem_mark", None)
    return {} if mark is None else {("YAML",): int(mark.line) + 1}


def _mistakes(error: ValidationError) -> list[Mistake]:
    found = []
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        place = tuple(key for key in item["loc"] if key not in ("str", "int", "CompanyQuery", "[key]"))
        found.append(Mistake(place, spell_plainly(item["msg"])))
    return found
