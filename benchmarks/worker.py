"""Turns per second, CPU per turn and memory per turn in flight: our worker and its peers on the same turn body.

`python -m benchmarks.worker`. Everything but the LLM is real: PostgreSQL, Valkey, the whole agent with its tools on the
demo company's data. Each worker is started anew for each round, warmed up, and given all its turns at once, first with
an LLM that takes a second per call, then with one that takes none. The order alternates between rounds, so that noise
meets all alike.
"""

import argparse
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from statistics import median

from benchmarks.meter import cpu_seconds, end, memory_mb
from benchmarks.peers.base import PEERS, Ring, get_peer
from benchmarks.stage import Stage, build_stage
from jobs.allowed import ADVANCE
from tests.standins.llm import StandInLlm

QUESTION = "Quais foram as vendas do mês passado?"
SLOW, FAST = 1.0, 0.0  # seconds that the LLM takes per call

_WITHIN = 300.0  # seconds for all turns of a run


@dataclass(frozen=True)
class Load:
    """How many turns a worker gets, and how many it may hold at once: in `threads`, or in `pool` processes of RQ's."""

    slow_turns: int = 400
    fast_turns: int = 200
    threads: int = 200
    stock_turns: int = 10
    pool: int = 16
    pool_turns: int = 80
    warm_turns: int = 16
    rounds: int = 3


@dataclass(frozen=True)
class Run:
    """One worker's work at one latency. CPU and memory are None where there is no /proc.

    `calls` is the most LLM calls that were open at once; `idle_mb` the memory of the warm worker, `peak_mb` under load.
    """

    peer: str
    latency: float
    turns: int
    seconds: float
    calls: int
    cpu: float | None
    idle_mb: float | None
    peak_mb: float | None

    @property
    def rate(self) -> float:
        """Turns per second."""
        return self.turns / self.seconds

    @property
    def cpu_ms(self) -> float | None:
        """The worker's CPU milliseconds per turn."""
        return None if self.cpu is None else 1_000 * self.cpu / self.turns

    @property
    def mb_per_turn(self) -> float | None:
        """What memory grew by under load, divided by the turns that waited for the LLM at once."""
        return None if self.idle_mb is None or self.peak_mb is None else (self.peak_mb - self.idle_mb) / self.calls


@dataclass(frozen=True)
class Summary:
    """The medians of a worker's runs at one latency."""

    peer: str
    latency: float
    turns: int
    runs: int
    rate: float
    cpu_ms: float | None
    idle_mb: float | None
    peak_mb: float | None
    mb_per_turn: float | None


def measure_workers(
    stage: Stage, llm: StandInLlm, names: Sequence[str], load: Load, say: Callable[[str], None] = print
) -> list[Summary]:
    """Every turn of every run was answered once, or it raises SystemExit: speed that loses turns is none."""
    runs: list[Run] = []
    for number in range(load.rounds):
        for name in names if number % 2 == 0 else reversed(names):
            if number == 0 or get_peer(name).IS_CONCURRENT:  # two orders of magnitude show in one round
                runs += (fresh := _measure(stage, llm, name, load))
                rates = ", ".join(f"{run.rate:.1f} turns/s at {run.latency:g} s" for run in fresh)
                say(f"round {number + 1} of {load.rounds}, {name}: {rates}")
    return [summarise(runs, name, latency) for latency in (SLOW, FAST) for name in names]


def show_workers(found: Sequence[Summary]) -> str:
    """A table for each latency; `ours by it`: how many times its turns per second ours are."""
    lines = []
    for latency in (SLOW, FAST):
        lines.append(
            f"{f'LLM takes {latency:g} s per call':<32}{'turns/s':>9}{'ours by it':>12}{'CPU ms/turn':>13}"
            f"{'idle MB':>9}{'peak MB':>9}{'MB/turn in flight':>19}{'turns':>7}{'runs':>6}"
        )
        rows = [row for row in found if row.latency == latency]
        lines += [_show_row(row, rows[0].rate) for row in rows]
        lines.append("")
    return "\n".join(lines)


def _show_row(row: Summary, ours: float) -> str:
    name = f"{get_peer(row.peer).TITLE:<32}{row.rate:>9.2f}{ours / row.rate:>12.2f}{_shown(row.cpu_ms, 13, 1)}"
    memory = f"{_shown(row.idle_mb, 9, 0)}{_shown(row.peak_mb, 9, 0)}{_shown(row.mb_per_turn, 19, 3)}"
    return f"{name}{memory}{row.turns:>7}{row.runs:>6}"


def _measure(stage: Stage, llm: StandInLlm, name: str, load: Load) -> list[Run]:
    slots = load.threads if get_peer(name).IS_CONCURRENT else load.pool
    own = {"rq": load.stock_turns, "rq-pool": load.pool_turns}
    process = _start(stage, name, slots)
    ring = get_peer(name).connect(stage.redis_url, ADVANCE)
    try:
        _work(stage, llm, process, ring, name, FAST, load.warm_turns)
        # The slow LLM first: memory grows but once.
        slow = _work(stage, llm, process, ring, name, SLOW, own.get(name, load.slow_turns))
        return [slow, _work(stage, llm, process, ring, name, FAST, own.get(name, load.fast_turns))]
    finally:
        end(process)


def _start(stage: Stage, name: str, slots: int) -> "subprocess.Popen[str]":
    if name == "recado":
        return stage.start("-m", "bot", "worker", environment={"WORKER_THREADS": str(slots)})
    return stage.start("-m", "benchmarks.peers", name, ADVANCE, str(slots))


def _work(
    stage: Stage,
    llm: StandInLlm,
    process: "subprocess.Popen[str]",
    ring: Ring,
    name: str,
    latency: float,
    turns: int,
) -> Run:
    conversations = stage.store(turns, QUESTION)
    llm.latency, llm.busiest = latency, 0
    idle_mb = memory_mb(process.pid) if latency else None  # looking costs time, and hides in a second of waiting
    peak_mb, before = idle_mb, cpu_seconds(process.pid)

    def watch() -> None:
        nonlocal peak_mb
        if process.poll() is not None:
            raise SystemExit(f"{name} has ended:\n{stage.log.read_text(encoding='utf-8')[-2000:]}")
        if peak_mb is not None:
            peak_mb = max(peak_mb, memory_mb(process.pid) or 0.0)

    begun = stage.release(conversations, ring)
    progress = stage.wait_until_settled(conversations, _WITHIN, watch)
    after = cpu_seconds(process.pid)
    if progress.answered != turns or progress.turns != turns or progress.last is None:
        raise SystemExit(f"{name}: {turns} questions, {progress}\n{stage.log.read_text(encoding='utf-8')[-2000:]}")
    cpu = None if before is None or after is None else after - before
    seconds = (progress.last - begun) / timedelta(seconds=1)
    return Run(name, latency, turns, seconds, llm.busiest, cpu, idle_mb, peak_mb)


def summarise(runs: Sequence[Run], name: str, latency: float) -> Summary:
    own = [run for run in runs if run.peer == name and run.latency == latency]

    def middle(figures: list[float | None]) -> float | None:
        known = [figure for figure in figures if figure is not None]
        return median(known) if known else None

    return Summary(
        name,
        latency,
        own[0].turns,
        len(own),
        median(run.rate for run in own),
        middle([run.cpu_ms for run in own]),
        middle([run.idle_mb for run in own]),
        middle([run.peak_mb for run in own]),
        middle([run.mb_per_turn for run in own]),
    )


def _shown(figure: float | None, width: int, digits: int) -> str:
    return f"{'-':>{width}}" if figure is None else f"{figure:>{width}.{digits}f}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worker", description=__doc__)
    parser.add_argument("--workers", nargs="+", choices=PEERS, default=list(PEERS))
    for name, default in asdict(Load()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default)
    arguments = vars(parser.parse_args())
    workers = arguments.pop("workers")
    load = Load(**arguments)
    with StandInLlm() as llm, build_stage(llm.url, load.threads) as stage:
        print(show_workers(measure_workers(stage, llm, workers, load)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
