"""`make matrix`: the whole matrix with every second crash, as a table; fails when anything is violated.

`ARGS="K 'S whatsapp'"` chooses groups, `ARGS=--first` leaves the second crashes out, `--flushed` plays them with Redis
emptied as well.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Sequence

from tests.matrix.cells import Cell, cells_of, second_strikes
from tests.matrix.crew import Crew, Plan, hired_crew
from tests.matrix.points import GROUPS, POINTS
from tests.matrix.report import print_table
from tests.matrix.runs import Outcome
from tests.matrix.watch import Mode

_TELL_EVERY = 30.0  # seconds


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    points = [point for point in POINTS if not options.groups or point.group in options.groups]
    started = time.monotonic()
    with hired_crew(options.players) as crew:
        cells = cells_of(crew, points)
        bad = _play(crew, (cell.plan for cell in cells), "first crashes")
        second: list[Plan] = []
        if not options.first:
            modes: tuple[Mode, ...] = ("A", "B") if options.flushed else ("A",)
            second = _second(crew, cells, modes)
            bad += _play(crew, second, "second crashes")
        print_table(points, cells, crew.known, second)
        for outcome in bad:
            print(outcome)
        seconds = time.monotonic() - started
        print(f"cells {len(cells)}, runs {crew.runs}, violations {len(bad)}, seconds {seconds:.0f}")
    return 1 if bad else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="group", help=f"one of: {', '.join(GROUPS)}")
    parser.add_argument("--first", action="store_true", help="first crashes only")
    parser.add_argument("--flushed", action="store_true", help="second crashes also with Redis emptied")
    parser.add_argument("--players", type=int, default=2, metavar="N", help="processes (default 2)")
    options = parser.parse_args(arguments)
    unknown = [group for group in options.groups if group not in GROUPS]
    if unknown:
        parser.error(f"there is no group {unknown[0]!r}; there are: {', '.join(GROUPS)}")
    return options


def _second(crew: Crew, cells: Iterable[Cell], modes: tuple[Mode, ...]) -> list[Plan]:
    firsts = dict.fromkeys(cell.plan for cell in cells if cell.mode == "A")
    return [plan for first in firsts for plan in second_strikes(crew.known[first], modes)]


def _play(crew: Crew, plans: Iterable[Plan], name: str) -> list[Outcome]:
    """The bad ones. Tells now and then how far it is."""
    wanted = list(dict.fromkeys(plans))
    bad, told_at = [], time.monotonic()
    for number, outcome in enumerate(crew.play(wanted), 1):
        if not outcome.is_good:
            bad.append(outcome)
            print(outcome, flush=True)
        if time.monotonic() - told_at > _TELL_EVERY:
            told_at = time.monotonic()
            print(f"{name}: {number} of {len(wanted)}", file=sys.stderr, flush=True)
    return bad


if __name__ == "__main__":
    raise SystemExit(main())
