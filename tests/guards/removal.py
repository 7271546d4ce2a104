"""How a guard is removed: code replaced, statements rewritten on their way to PostgreSQL, constraints dropped."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

FLOORS = ("bot.", "jobs.", "agent.", "channels.", "models.")


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard, and how it is taken away in one place.

    `covered_by` names what notices its absence in its place; empty: some cell must fail without it. `cells` are the
    ones to try first, as "scenario/mode/point". `tests` are the named tests that fail without it, each of them, where
    the cells have no part in it.
    """

    name: str
    covered_by: str = ""
    cells: Sequence[str] = ()
    swaps: Sequence["Swap"] = ()
    rewrites: Sequence[
        tuple[str, str]
    ] = ()  # a pattern that one statement at least must match, and what stands instead
    drops: Sequence[str] = ()  # SQL
    tests: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Swap:
    """`path` is "module:name" or "module:Class.name"; `make` gives the replacement of what stands there.

    A function that other modules imported by name is replaced there as well, unless `here_only`.
    """

    path: str
    make: Callable[[Any], Any]
    here_only: bool = False


@dataclass
class Rewriting:
    """The statements' rewriting under way, and how often each pattern matched."""

    rules: list[tuple[re.Pattern[str], str]] = field(default_factory=list)
    bites: list[int] = field(default_factory=list)

    def set(self, rewrites: Sequence[tuple[str, str]]) -> None:
        self.rules = [(re.compile(pattern, re.DOTALL), instead) for pattern, instead in rewrites]
        self.bites = [0] * len(self.rules)

    def apply(self, statement: str) -> str:
        for index, (pattern, instead) in enumerate(self.rules):
            statement, count = pattern.subn(instead, statement)
            self.bites[index] += count
        return statement


@contextmanager
def swapped(guards: Sequence[Guard], floors: tuple[str, ...] = FLOORS) -> Iterator[None]:
    """The program without what these guards do in Python; `floors` are the modules in which names are replaced."""
    with ExitStack() as undo:
        for guard in guards:
            for swap in guard.swaps:
                _swap(swap, undo, floors)
        yield


def _swap(swap: Swap, undo: ExitStack, floors: tuple[str, ...]) -> None:
    module_name, _, dotted = swap.path.partition(":")
    owner: Any = import_module(module_name)
    *holders, name = dotted.split(".")
    for holder in holders:
        owner = getattr(owner, holder)
    original = getattr(owner, name)  # a guard that is gone or was renamed fails here
    instead = swap.make(original)
    for place in [owner] if swap.here_only or holders else _importers(name, original, floors):
        setattr(place, name, instead)
        undo.callback(setattr, place, name, original)


def _importers(name: str, original: object, floors: tuple[str, ...]) -> list[Any]:
    modules = [module for key, module in list(sys.modules.items()) if key.startswith(floors)]
    return [module for module in modules if getattr(module, name, None) is original]
