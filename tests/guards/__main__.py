"""`make guards`: removes every guard alone, and those that others cover in pairs, and shows what is noticed."""

import multiprocessing
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.guards.ground import raised_ground, run_trial
from tests.guards.guards import expectations

_PROCESSES = 2


def main(wanted: Sequence[str]) -> int:
    began = time.monotonic()
    chosen = [one for one in expectations() if not wanted or any(word in name for word in wanted for name in one.names)]
    unexpected = caught = 0
    print("removed | design | seen | by | after")
    print("--- | --- | --- | --- | ---")
    spawn = multiprocessing.get_context("spawn")
    with raised_ground() as ground, ProcessPoolExecutor(_PROCESSES, mp_context=spawn) as pool:
        for future in as_completed([pool.submit(run_trial, ground, one) for one in chosen]):
            expectation, verdict = future.result()
            is_right = verdict.is_caught == expectation.is_caught
            unexpected += not is_right
            caught += verdict.is_caught
            design = "caught" if expectation.is_caught else f"covered by {expectation.covered_by}"
            seen = verdict.seen or "nothing"
            mark = "" if is_right else "UNEXPECTED: "
            print(
                f"{' + '.join(verdict.names)} | {design} | {mark}{seen} | {verdict.cell} | {verdict.runs}", flush=True
            )
    survived = len(chosen) - caught - 0
    print(
        f"mutants {len(chosen)}, caught {caught}, survived as designed {survived}, unexpected {unexpected}, "
        f"seconds {time.monotonic() - began:.0f}"
    )
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
