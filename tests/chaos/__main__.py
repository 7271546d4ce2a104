"""`python -m tests.chaos --seconds 30 --seed 1`: one run of chaos; exit status 1 when a promise was broken."""

import argparse
import sys

from tests.chaos.patience import PATIENCE
from tests.chaos.report import write_report
from tests.chaos.run import Order, run_chaos

_LONG = 240.0  # seconds: such a run has the time for the real graces


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Kill the program at seeded moments.")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long it is struck; draining comes on top")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same plan and the same load")
    parser.add_argument("--rate", type=float, default=3.0, help="messages a second")
    parser.add_argument("--patience", choices=sorted(PATIENCE), help="graces of sends; short below four minutes")
    arguments = parser.parse_args()
    patience = arguments.patience or ("real" if arguments.seconds >= _LONG else "short")
    drain = 420.0 if patience == "real" else 240.0
    outcome = run_chaos(Order(arguments.seed, arguments.seconds, arguments.rate, patience, drain))
    print(write_report(outcome), flush=True)
    return 1 if outcome.violations else 0


if __name__ == "__main__":
    sys.exit(main())
