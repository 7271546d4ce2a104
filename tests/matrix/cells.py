"""The cells of the matrix: every point, every time a run comes by it, every way to die there."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.matrix.crew import Crew, Plan
from tests.matrix.points import POINTS, Point
from tests.matrix.runs import Outcome
from tests.matrix.watch import MODES, Mode, Strike


@dataclass(frozen=True)
class Cell:
    """One place in one run of a scenario, and one way to die there."""

    point: Point
    mode: Mode
    place: int

    @property
    def plan(self) -> Plan:
        return Plan(self.point.scenario, (Strike(self.place, self.mode),))


def cells_of(crew: Crew, points: Iterable[Point] = POINTS) -> list[Cell]:
    """Those of the points that are not struck; an untroubled run of each scenario tells where they are."""
    return [
        Cell(point, mode, place)
        for point in points
        if not point.struck
        for place in point.places(crew.outcome(Plan(point.scenario)).hits)
        for mode in MODES
        if mode in point.only
    ]


def second_strikes(first: Outcome, modes: Iterable[Mode] = ("A",)) -> Iterator[Plan]:
    """The same run, struck once more at every moment of its recovery."""
    for mode in modes:
        for place in range(len(first.recovery)):
            yield Plan(first.scenario, (*first.strikes, Strike(place, mode)))


def drawn_strikes(crew: Crew, cells: Iterable[Cell], number: int, seed: int) -> list[Plan]:
    """So many second strikes, kill -9 after kill -9, drawn by the seed from all there are."""
    fatal = [cell for cell in cells if cell.mode in ("A", "B")]
    chance = random.Random(seed)
    drawn = [chance.choice(fatal) for _ in range(number)]
    for _ in crew.play(cell.plan for cell in drawn):
        pass
    plans = []
    for cell in drawn:
        recovery = len(crew.known[cell.plan].recovery)
        if recovery:
            again: Mode = chance.choice(("A", "B"))
            plans.append(Plan(cell.point.scenario, (*cell.plan.strikes, Strike(chance.randrange(recovery), again))))
    return plans


def count_by(outcomes: Mapping[Plan, Outcome], cells: Iterable[Cell]) -> dict[tuple[str, Mode], tuple[int, int, int]]:
    """Runs, violations and allowed extra copies by point and mode."""
    counts: dict[tuple[str, Mode], tuple[int, int, int]] = {}
    for cell in cells:
        outcome = outcomes[cell.plan]
        runs, bad, extra = counts.get((cell.point.key, cell.mode), (0, 0, 0))
        counts[cell.point.key, cell.mode] = runs + 1, bad + (not outcome.is_good), extra + outcome.exceptions
    return counts
