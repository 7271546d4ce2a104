"""`make bench`: every measurement in one run, beside what it is compared with, and a table of the goals at the end.

`make bench ARGS="worker start --quick"` chooses parts and makes them short. A whole run also writes
`docs/benchmarks.json`, `docs/benchmarks.svg` and the figures in `docs/benchmarks.md`.
"""

import argparse
import time

from benchmarks.goals import Goal, show_goals
from benchmarks.machine import describe_machine
from benchmarks.parts import PARTS, Outcome
from benchmarks.publish import publish


def main() -> int:
    arguments = _parse()
    chosen = arguments.parts or list(PARTS)
    machine = describe_machine()
    print("\n".join(f"{name}: {value}" for name, value in machine.items()))
    begun = time.monotonic()
    found: dict[str, Outcome] = {}
    for number, name in enumerate(chosen, 1):
        print(f"\n[{number}/{len(chosen)}, {time.monotonic() - begun:.0f} s] {name}: {PARTS[name].__doc__}", flush=True)
        found[name] = PARTS[name](arguments.quick, lambda line: print(f"  {line}", flush=True))
        print(found[name].text, flush=True)
    goals: list[Goal] = [goal for outcome in found.values() for goal in outcome.goals]
    seconds = time.monotonic() - begun
    print(f"\n{show_goals(goals)}\n\n{seconds:.0f} seconds")
    if arguments.quick or set(chosen) != set(PARTS):
        print("nothing was written: only a whole run is kept")
    else:
        publish(machine, found, goals, seconds)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[[], *PARTS], help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="one short round: shows that it works, not how fast")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
