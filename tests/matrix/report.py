"""The table of the matrix: points down, ways to die across."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tests.matrix.cells import Cell, count_by
from tests.matrix.crew import Plan
from tests.matrix.points import Point
from tests.matrix.runs import Outcome
from tests.matrix.watch import MODES

_TITLES = {
    "A": "kill -9",
    "B": "+ FLUSHALL",
    "C": "SIGTERM",
    "D": "frozen",
    "E": "two at once",
}
_WIDTH = 12


def print_table(
    points: Sequence[Point], cells: Sequence[Cell], known: Mapping[Plan, Outcome], second: Iterable[Plan]
) -> None:
    """`12` is twelve runs and nothing violated, `12/1` one violated, `12 (1)` one extra copy that the named exception
    allows; a letter leads to the reason below."""
    counts = count_by(known, cells)
    again = _again(cells, known, second)
    reasons: dict[str, str] = {}
    print(
        f"{'':46}" + "".join(f"{mode + ' ' + _TITLES[mode]:>{_WIDTH + 2}}" for mode in MODES) + f"{'again':>{_WIDTH}}"
    )
    for point in points:
        line = f"{point.key + '  ' + point.what:46}"
        for mode in MODES:
            reason = point.struck or (point.otherwise if mode not in point.only else "")
            if reason:
                letter = reasons.setdefault(reason, f"[{chr(ord('a') + len(reasons))}]")
                line += f"{letter:>{_WIDTH + 2}}"
            else:
                line += f"{_shown(*counts.get((point.key, mode), (0, 0, 0))):>{_WIDTH + 2}}"
        runs, bad = again.get(point.key, (0, 0))
        print(line + f"{_shown(runs, bad, 0) if runs else '':>{_WIDTH}}")
    for reason, letter in reasons.items():
        print(f"{letter} {reason}")
    print("(n) extra copies on WhatsApp: frozen between the deadline check and the socket, the one named exception")


def _shown(runs: int, bad: int, extra: int) -> str:
    return str(runs) + (f"/{bad}" if bad else "") + (f" ({extra})" if extra else "")


def _again(cells: Sequence[Cell], known: Mapping[Plan, Outcome], second: Iterable[Plan]) -> dict[str, tuple[int, int]]:
    """Second crashes and violations by the point of the first."""
    runs: Counter[tuple[str, tuple[object, ...]]] = Counter()
    bad: Counter[tuple[str, tuple[object, ...]]] = Counter()
    for plan in second:
        place = (plan.scenario, plan.strikes[:1])
        runs[place] += 1
        bad[place] += not known[plan].is_good
    found: dict[str, tuple[int, int]] = {}
    for cell in cells:
        place = (cell.plan.scenario, cell.plan.strikes)
        so_far = found.get(cell.point.key, (0, 0))
        found[cell.point.key] = so_far[0] + runs[place], so_far[1] + bad[place]
    return found
