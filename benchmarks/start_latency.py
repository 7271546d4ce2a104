"""How long a job waits between its enqueue call and its first line, on an idle worker and on one with 180 in flight.

`python -m benchmarks.start_latency`. The driver notes the moment before each enqueue, the job the moment it starts,
both by the machine's monotonic clock. Jobs come at a fixed pace, whatever the worker does.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

from benchmarks.bodies import HOLD, HOLDING_NOTE, NOTE, NOTES
from benchmarks.meter import end
from benchmarks.peers.base import PEERS, Ring, get_peer
from benchmarks.stage import Stage, build_stage

_IDLE_PACE = 10.0  # jobs per second
_BUSY_PACE = 180.0  # jobs that hold for a second each: as many are in flight
_SLOTS = 200
_WARM = 8  # jobs that come before those that count
_PATIENCE = 60.0  # seconds for all jobs to have started


@dataclass(frozen=True)
class Waits:
    """Milliseconds from enqueue to start. `is_busy`: with 180 other jobs in flight."""

    peer: str
    is_busy: bool
    jobs: int
    p50: float
    p99: float


def measure_waits(
    stage: Stage, names: Sequence[str], seconds: float, say: Callable[[str], None] = print
) -> list[Waits]:
    """One peer after the other; only those that hold many jobs in one process can be measured busy."""
    found = []
    for name in names:
        found.append(_measure(stage, name, seconds, is_busy=False))
        if get_peer(name).IS_CONCURRENT:
            found.append(_measure(stage, name, seconds / 2, is_busy=True))
        say(f"{name}: {found[-1].p50:.1f} ms")
    return found


def show_waits(found: Sequence[Waits]) -> str:
    """A table, one line a worker."""
    lines = [f"{'enqueue to start, ms':<32}{'idle: p50':>12}{'p99':>8}{'180 in flight: p50':>22}{'p99':>8}"]
    for idle in (waits for waits in found if not waits.is_busy):
        busy = next((waits for waits in found if waits.is_busy and waits.peer == idle.peer), None)
        tail = f"{busy.p50:>22.1f}{busy.p99:>8.1f}" if busy else f"{'-':>22}{'-':>8}"
        lines.append(f"{get_peer(idle.peer).TITLE:<32}{idle.p50:>12.1f}{idle.p99:>8.1f}{tail}")
    return "\n".join(lines)


def _measure(stage: Stage, name: str, seconds: float, *, is_busy: bool) -> Waits:
    notes = stage.folder / f"notes-{uuid4().hex}"
    function, pace = (HOLDING_NOTE, _BUSY_PACE) if is_busy else (NOTE, _IDLE_PACE)
    slots = 4 if name == "rq-pool" else _SLOTS
    process = stage.start("-m", "benchmarks.peers", name, function, str(slots), environment={NOTES: str(notes)})
    try:
        ring = get_peer(name).connect(stage.redis_url, function)
        _await(notes, _ring_paced(ring, _WARM, _IDLE_PACE))
        ramp = int(pace * HOLD) if is_busy else 0
        rung = _ring_paced(ring, ramp + int(pace * seconds), pace)
        started = _await(notes, rung)
    finally:
        end(process)
    waits = [1_000 * (started[key] - at) for key, at in list(rung.items())[ramp:]]
    cuts = quantiles(waits, n=100, method="inclusive")
    return Waits(name, is_busy, len(waits), cuts[49], cuts[98])


def _ring_paced(ring: Ring, count: int, pace: float) -> dict[str, float]:
    """When each was rung for."""
    rung = {}
    begun = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begun + number / pace - time.monotonic()))
        key = uuid4()
        rung[str(key)] = time.monotonic()
        ring(key)
    return rung


def _await(notes: Path, rung: dict[str, float]) -> dict[str, float]:
    """When each was started."""
    until = time.monotonic() + _PATIENCE
    while True:
        lines = notes.read_text(encoding="ascii").splitlines() if notes.exists() else []
        started = {key: float(at) for key, at in (line.split() for line in lines)}
        if rung.keys() <= started.keys():
            return started
        if time.monotonic() > until:
            raise SystemExit(f"{len(rung.keys() - started.keys())} jobs have not started")
        time.sleep(0.1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start_latency", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    parser.add_argument("--workers", nargs="+", choices=PEERS, default=list(PEERS))
    arguments = parser.parse_args()
    with build_stage("http://127.0.0.1:9/v1", _SLOTS) as stage:
        print(show_waits(measure_waits(stage, arguments.workers, arguments.seconds)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
