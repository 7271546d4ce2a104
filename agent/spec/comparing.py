"""How two versions of an agent differ, field by field. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Change:
    """`place` is a dotted path; None stands for what is not there."""

    place: str
    before: Any
    after: Any


def compare_specs(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Of two specs as JSON, in the order of the places; lists are compared as wholes."""
    return sorted(_changes(before, after, ""), key=lambda change: change.place)


def _changes(before: Any, after: Any, place: str) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in {*before, *after}:
            inner = f"{place}.{name}" if place else str(name)
            yield from _changes(before.get(name, _ABSENT), after.get(name, _ABSENT), inner)
    elif before != after or (before is _ABSENT) != (after is _ABSENT):
        yield Change(place, None if before is _ABSENT else before, None if after is _ABSENT else after)
