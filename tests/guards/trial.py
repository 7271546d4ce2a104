"""A trial: the program without some guards runs through cells until one of them fails."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.guards.cells import Cell, read_cell, run_cell, telling_cells
from tests.guards.removal import Guard, swapped
from tests.guards.world import Engines


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the program without these guards. `seen` is empty when nothing was noticed in `runs` cells."""

    names: tuple[str, ...]
    seen: str
    cell: str
    runs: int

    @property
    def is_caught(self) -> bool:
        return bool(self.seen)


def try_without(
    guards: Sequence[Guard],
    database: Callable[[], str],
    redis_url: str,
    first: Sequence[str] = (),
    find_cells: Callable[[Engines], Sequence[Cell]] = telling_cells,
    counting: Sequence[str] = (),
) -> Verdict:
    """Run the cells of `first`, then those that are found, up to the first violation - of those `counting`, if any.

    `database` gives the address of a fresh one. Raises AssertionError where a rewriting changed no statement: then
    nothing was removed.
    """
    engines = Engines(database(), redis_url)
    names = tuple(guard.name for guard in guards)
    try:
        for statement in (statement for guard in guards for statement in guard.drops):
            engines.run(statement)
        engines.rewriting.set([rewrite for guard in guards for rewrite in guard.rewrites])
        with swapped(guards):
            for runs, cell in enumerate(_cells(engines, first, find_cells), 1):
                violations = [
                    one for one in run_cell(engines, cell).violations if not counting or one.invariant in counting
                ]
                if violations:
                    return Verdict(names, str(violations[0]), str(cell), runs)
        assert all(engines.rewriting.bites), f"nothing of {names} was ever removed: its statement has changed"
        return Verdict(names, "", "", runs)
    finally:
        engines.close()


def _cells(engines: Engines, first: Sequence[str], find_cells: Callable[[Engines], Sequence[Cell]]) -> Iterator[Cell]:
    yield from map(read_cell, first)
    yield from find_cells(engines)
