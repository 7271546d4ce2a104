"""The files that an agent's file names - what its tables mean, which operations an API has -: read when it is applied,
and kept with the version, so that editing one changes no version that is stored."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice
from pathlib import Path
from typing import Any, Final

from agent.spec.agent_spec import AgentSpec
from agent.spec.comparing import compare_specs
from agent.spec.mistakes import Mistake
from models.agents.file import digest_of
from models.errors import ConfigurationError
from models.secret_reference import find_references, read_value
from models.yaml_document import Place

MOST_BYTES: Final = 10_000_000  # all files of one version together
_SHORTEST_SECRET: Final = 8  # characters: less stands in many a text by chance
_MOST_LINES: Final = 60  # of a comparison


def list_paths(spec: AgentSpec) -> list[str]:
    """As the agent's file names them. Pure."""
    documents = [api.document for api in spec.openapi if isinstance(api.document, str)]
    source = [spec.source.file] if spec.source is not None and spec.source.file else []
    return list(dict.fromkeys([*source, *documents]))


def find_unreadable(spec: AgentSpec) -> Iterator[Mistake]:
    """The files it names that cannot be read here, each with the place that names it."""
    places: list[tuple[Place, object]] = [
        (("openapi", at, "document"), api.document) for at, api in enumerate(spec.openapi)
    ]
    for place, path in [(("source", "file"), spec.source.file if spec.source else ""), *places]:
        if path and isinstance(path, str):
            try:
                _read(Path(path))
            except ConfigurationError as error:
                yield place, str(error)


def read_contents(spec: AgentSpec, environ: Mapping[str, str]) -> dict[str, str]:
    """By path. Raises ConfigurationError for what cannot be read, is too much, or holds one of the agent's secrets."""
    contents, size = {}, 0
    for path in list_paths(spec):
        contents[path] = _read(Path(path))
        size += len(contents[path].encode())
        if size > MOST_BYTES:
            raise ConfigurationError(
                f"{spec.agent}: its files are more than {MOST_BYTES:,} bytes together: keep of {path} what is needed"
            )
    for name in sorted({name for text in _texts(spec.model_dump(mode="json")) for name in find_references(text)}):
        secret = read_value(name, environ) or ""
        for path, content in contents.items():
            if len(secret) >= _SHORTEST_SECRET and secret in content:
                raise ConfigurationError(f"{path} holds the value of {name}: take it out, versions are kept for ever")
    return contents


def find_changed(kept: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The paths under which something else stands here now, and those of which nothing can be read any more."""
    changed, missing = [], []
    for path, content in kept.items():
        try:
            if _read(Path(path)) != content:
                changed.append(path)
        except ConfigurationError:
            missing.append(path)
    return changed, missing


@dataclass(frozen=True, slots=True)
class Described:
    """A spec as it is stored, with what its files hold; None: nobody kept that."""

    spec: Mapping[str, Any]
    contents: Mapping[str, str] | None = None

    @property
    def told(self) -> dict[str, Any]:
        """With its files by their digests, as comparisons show them."""
        files = {path: f"sha256 {digest_of(content)[:12]}" for path, content in (self.contents or {}).items()}
        return {**self.spec, "files": files} if files else {**self.spec}


def spell_differences(before: Described, after: Described) -> list[str]:
    """A line for each field, and below them those in which files of both differ. Pure."""
    lines = []
    for change in compare_specs(before.told, after.told):
        old, new = (json.dumps(value, ensure_ascii=False) for value in (change.before, change.after))
        lines.append(f"  {change.place}: {old} -> {new}")
    return [*lines, *(f"    {line}" for line in _compare_contents(before.contents or {}, after.contents or {}))]


def _compare_contents(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Each file is cut where it grows long."""
    for path in sorted(before.keys() & after.keys()):
        if before[path] == after[path]:
            continue
        lines = unified_diff(before[path].splitlines(), after[path].splitlines(), path, path, n=1, lineterm="")
        yield from islice(lines, _MOST_LINES)
        if next(lines, None) is not None:
            yield "..."


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigurationError(f"{path}: more than {MOST_BYTES:,} bytes: keep what is needed of it")
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ConfigurationError(f"{path} cannot be read ({reason}): apply the agent where its files are") from None
    if "\0" in text:
        raise ConfigurationError(f"{path} is no text: give the path of a YAML or JSON file")
    return text


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _texts(inner)
