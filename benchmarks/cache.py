"""What an answer that is given again takes in the worker, beside the same answer made anew by rules, and by stock RQ.

`python -m benchmarks.cache [--at-once 8] [--quick]`. The offline engine answers, so no LLM's time is in either figure.
Every question is one new person's, and all are the same; workers are started anew for each round and warmed up, and
take turns.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID

from sqlalchemy import bindparam, text

from benchmarks.meter import cpu_seconds, end
from benchmarks.peers.base import get_peer
from benchmarks.stage import Stage, build_stage
from benchmarks.worker import QUESTION
from jobs.allowed import ADVANCE
from models.session import session_scope

_NO_LLM = "http://127.0.0.1:9/v1"
_WITHIN = 300.0  # seconds for all turns of a run
_WARM = 16
_TOOK = text(
    "SELECT extract(epoch FROM r.finished_at - r.started_at) * 1000 AS ms, r.cached FROM run r"
    " JOIN turn t ON t.id = r.turn_id WHERE t.conversation_id IN :ids AND r.status = 'done'"
).bindparams(bindparam("ids", expanding=True))


@dataclass(frozen=True)
class Way:
    """How questions are answered: by which worker, and whether an earlier answer will do."""

    title: str
    peer: str
    is_cached: bool
    turns: int


@dataclass(frozen=True)
class Run:
    """One worker's work. Milliseconds are from the turn's beginning to the transaction of its answer; CPU is None
    where there is no /proc."""

    way: Way
    median_ms: float
    p95_ms: float
    cpu_ms: float | None


def measure_cache(stage: Stage, *, at_once: int, rounds: int, turns: int) -> list[Run]:
    """Raises SystemExit unless every question was answered, and in the way that was to be measured."""
    ways = [
        Way("given again", "recado", True, turns),
        Way("made anew", "recado", False, turns),
        Way("made anew, stock RQ", "rq", False, max(turns // 10, 5)),
    ]
    return [
        _measure(stage, way, at_once) for number in range(rounds) for way in (ways if number % 2 == 0 else ways[::-1])
    ]


def show_cache(runs: Sequence[Run]) -> str:
    """The medians over the rounds; `by it`: how many times the CPU and the time of an answer given again."""
    again = [run for run in runs if run.way.is_cached]
    lines = [f"{'':<22}{'median ms':>11}{'p95 ms':>9}{'CPU ms':>9}{'median by it':>14}{'CPU by it':>11}{'turns':>7}"]
    for way in dict.fromkeys(run.way for run in runs):
        mine = [run for run in runs if run.way == way]
        middle, slow = median(run.median_ms for run in mine), median(run.p95_ms for run in mine)
        cpu, least = _cpu(mine), _cpu(again)
        by = middle / median(run.median_ms for run in again)
        cpu_by = "-" if cpu is None or not least else f"{cpu / least:.2f}"
        spent = "-" if cpu is None else f"{cpu:.1f}"
        lines.append(f"{way.title:<22}{middle:>11.1f}{slow:>9.1f}{spent:>9}{by:>14.2f}{cpu_by:>11}{way.turns:>7}")
    return "\n".join(lines)


def _cpu(runs: Sequence[Run]) -> float | None:
    known = [run.cpu_ms for run in runs if run.cpu_ms is not None]
    return median(known) if known else None


def _measure(stage: Stage, way: Way, at_once: int) -> Run:
    environment = {"LLM_PROVIDER": "offline", "LLM_MODEL": "", "WORKER_THREADS": str(at_once)}
    environment |= {"ANSWERS_LIVE_SECONDS": "3600" if way.is_cached else "0"}
    command = ("-m", "bot", "worker") if way.peer == "recado" else ("-m", "benchmarks.peers", way.peer, ADVANCE, "1")
    process = stage.start(*command, environment=environment)
    ring = get_peer(way.peer).connect(stage.redis_url, ADVANCE)

    def answer(count: int) -> list[UUID]:
        conversations = stage.store(count, QUESTION)
        stage.release(conversations, ring)
        progress = stage.wait_until_settled(conversations, _WITHIN)
        if progress.answered != count:
            raise SystemExit(f"{way.title}: {progress.answered} of {count} turns were answered; see {stage.log}")
        return conversations

    try:
        answer(_WARM if way.peer == "recado" else 1)
        before = cpu_seconds(process.pid)
        conversations = answer(way.turns)
        after = cpu_seconds(process.pid)
    finally:
        end(process)
    with session_scope(stage.engine) as connection:
        found = connection.execute(_TOOK, {"ids": conversations}).all()
    if len(found) != way.turns or any(row.cached != way.is_cached for row in found):
        raise SystemExit(f"{way.title}: not all answers were {'given again' if way.is_cached else 'made anew'}")
    took = sorted(float(row.ms) for row in found)
    spent = None if before is None or after is None else 1_000 * (after - before) / way.turns
    return Run(way, median(took), took[int(0.95 * (len(took) - 1))], spent)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cache", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: shows that it works, not how fast")
    parser.add_argument("--at-once", type=int, default=1, help="turns in flight; one tells what a turn takes by itself")
    given = parser.parse_args()
    rounds, turns = (1, 40) if given.quick else (4, 300)
    with build_stage(_NO_LLM, given.at_once) as stage:
        print(show_cache(measure_cache(stage, at_once=given.at_once, rounds=rounds, turns=turns)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
