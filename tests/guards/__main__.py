"""`make guards`: removes every guard alone, and those that others cover in pairs, and shows what is noticed."""

import multiprocessing
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial

from tests.guards.ground import raised_ground, run_trial
from tests.guards.guards import Expectation, expectations
from tests.guards.trial import Verdict
from tests.guards.watching import WATCHED, Watch, watch

_PROCESSES = 2


def main(wanted: Sequence[str]) -> int:
    unexpected = 0
    if cells := [one for one in expectations() if not wanted or any(map(partial(_holds, wanted), one.names))]:
        unexpected += _try_cells(cells)
    if watched := [one.name for one in WATCHED if not wanted or _holds(wanted, one.name)]:
        unexpected += _try_watched(watched)
    return 1 if unexpected else 0


def _holds(wanted: Sequence[str], name: str) -> bool:
    return any(word in name for word in wanted)


def _try_watched(chosen: Sequence[str]) -> int:
    """How many no test misses. Each in a process of its own."""
    began = time.monotonic()
    unexpected = 0
    print("removed | seen | verdict\n--- | --- | ---")
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_PROCESSES, mp_context=spawn, max_tasks_per_child=1) as pool:
        for future in as_completed([pool.submit(watch, name) for name in chosen]):
            seen = future.result()
            print(_watched_line(seen), flush=True)
            unexpected += not seen.is_caught
    caught = len(chosen) - unexpected
    print(f"watched {len(chosen)}, caught {caught}, unexpected {unexpected}, seconds {time.monotonic() - began:.0f}")
    return unexpected


def _watched_line(seen: Watch) -> str:
    found = f"{len(seen.failed)} failed, such as {seen.failed[0].rpartition('::')[2]}" if seen.failed else "nothing"
    wrong = [*(f"passed all the same: {test}" for test in seen.unmoved), *filter(None, [seen.trouble])]
    return f"{seen.name} | {found} | {'UNEXPECTED: ' + '; '.join(wrong) if wrong else 'caught'}"


def _try_cells(chosen: Sequence[Expectation]) -> int:
    """How many trials did not end as the design says."""
    began = time.monotonic()
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
    return unexpected


def _line(expectation: Expectation, verdict: Verdict) -> str:
    is_right = verdict.is_caught == expectation.is_caught
    counting = f" (of {', '.join(expectation.counting)})" if expectation.counting else ""
    design = f"{'caught' if expectation.is_caught else f'covered by {expectation.covered_by}'}{counting}"
    seen = ("" if is_right else "UNEXPECTED: ") + (verdict.seen or "nothing")
    return f"{' + '.join(verdict.names)} | {design} | {seen} | {verdict.cell} | {verdict.runs}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
