"""`make guards`: removes every guard alone, and those that others cover in pairs, and shows what is noticed."""

import multiprocessing
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.guards.ground import raised_ground, run_trial
from tests.guards.guards import Expectation, expectations
from tests.guards.trial import Verdict

_PROCESSES = 2


def main(wanted: Sequence[str]) -> int:
    began = time.monotonic()
    chosen = [one for one in expectations() if not wanted or any(word in name for word in wanted for name in one.names)]
    caught = survived = unexpected = 0
    print("removed | design | seen | by | after cells\n--- | --- | --- | --- | ---")
    spawn = multiprocessing.get_context("spawn")
    with raised_ground() as ground, ProcessPoolExecutor(_PROCESSES, mp_context=spawn) as pool:
        trials = {pool.submit(run_trial, ground, one): one for one in chosen}
        for future in as_completed(trials):
            if (error := future.exception()) is not None:
                print(f"{' + '.join(trials[future].names)} | UNEXPECTED: the trial broke: {error!r} | |", flush=True)
                unexpected += 1
                continue
            expectation, verdict = future.result()
            print(_line(expectation, verdict), flush=True)
            if verdict.is_caught != expectation.is_caught:
                unexpected += 1
            elif verdict.is_caught:
                caught += 1
            else:
                survived += 1
    print(
        f"mutants {len(chosen)}, caught {caught}, survived as designed {survived}, unexpected {unexpected}, "
        f"seconds {time.monotonic() - began:.0f}"
    )
    return 1 if unexpected else 0


def _line(expectation: Expectation, verdict: Verdict) -> str:
    is_right = verdict.is_caught == expectation.is_caught
    counting = f" (of {', '.join(expectation.counting)})" if expectation.counting else ""
    design = f"{'caught' if expectation.is_caught else f'covered by {expectation.covered_by}'}{counting}"
    seen = ("" if is_right else "UNEXPECTED: ") + (verdict.seen or "nothing")
    return f"{' + '.join(verdict.names)} | {design} | {seen} | {verdict.cell} | {verdict.runs}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
