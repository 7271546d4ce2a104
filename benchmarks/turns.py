"""Turns per second of one worker process against an LLM that takes its time, with RQ's own `Worker` beside it.

`python -m benchmarks.turns --turns 200 --latency 1.0`. Everything but the LLM is real: PostgreSQL, Valkey, the worker
as `python -m bot worker` starts it, the whole agent with its tools on the demo company's data.
"""

import argparse
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.meter import cpu_seconds, end_and_weigh
from benchmarks.stage import Stage, build_stage
from tests.standins.llm import StandInLlm

_QUESTION = "Quais foram as vendas do mês passado?"
_START_WITHIN = 90.0  # seconds


@dataclass(frozen=True)
class Measured:
    """One run. `cpu` is what the worker spent between the first ring and the last turn settled."""

    turns: int
    answered: int
    seconds: float
    cpu: float | None
    peak_mb: float

    @property
    def rate(self) -> float:
        return self.turns / self.seconds


def main() -> int:
    arguments = _parse()
    with StandInLlm(latency=arguments.latency) as llm, build_stage(llm.url, arguments.threads) as stage:
        ours = _measure(stage, arguments.turns, arguments.question, _our_worker)
        busiest, calls = llm.busiest, len(llm.history)
        stock = None
        if arguments.stock_turns:
            stock = _measure(stage, arguments.stock_turns, arguments.question, _stock_worker)
    print(f"LLM: {arguments.latency:g} s per call, {calls / ours.turns:g} calls per turn, {busiest} at once at most")
    print(f"{'worker':<44}{'turns':>6}{'seconds':>10}{'turns/s':>10}{'CPU s':>8}{'peak MB':>9}")
    _print_row(f"Recado, 1 process, {arguments.threads} threads", ours)
    if stock is not None:
        _print_row("stock rq.Worker, 1 process, forking", stock)
        seconds = ours.turns / stock.rate
        print(f"{'  the same, extrapolated (not measured)':<44}{ours.turns:>6}{seconds:>10.1f}{stock.rate:>10.2f}")
        print(f"ratio of turns/s: {ours.rate / stock.rate:.0f}")
    print(f"answered once each: {ours.answered} of {ours.turns}")
    return 0 if ours.answered == ours.turns else 1


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turns", description=__doc__)
    parser.add_argument("--turns", type=int, default=200, help="conversations, with one message each")
    parser.add_argument("--latency", type=float, default=1.0, help="seconds that the LLM takes per call")
    parser.add_argument("--threads", type=int, default=200, help="WORKER_THREADS")
    parser.add_argument("--stock-turns", type=int, default=10, help="turns for RQ's own worker; 0 leaves it out")
    parser.add_argument("--question", default=_QUESTION, help="what everybody asks; a greeting needs one call a turn")
    return parser.parse_args()


def _measure(stage: Stage, turns: int, question: str, start: Callable[[Stage], "subprocess.Popen[str]"]) -> Measured:
    conversations = stage.store(turns, question)
    process = start(stage)
    try:
        assert process.stdin is not None
        before = cpu_seconds(process.pid)
        begun = stage.release(conversations)
        print("go", file=process.stdin, flush=True)
        progress = stage.wait_until_settled(conversations, seconds=600)
        after = cpu_seconds(process.pid)
    finally:
        peak = end_and_weigh(process)
    assert progress.last is not None, stage.log.read_text(encoding="utf-8")[-2000:]
    cpu = None if before is None or after is None else after - before
    return Measured(progress.settled, progress.answered, (progress.last - begun).total_seconds(), cpu, peak)


def _our_worker(stage: Stage) -> "subprocess.Popen[str]":
    process = stage.start("-m", "bot", "worker")
    _wait(lambda: stage.queue.connection.scard("rq:workers") > 0, process)
    return process


def _stock_worker(stage: Stage) -> "subprocess.Popen[str]":
    ready = stage.folder / "stock.ready"
    process = stage.start("-m", "benchmarks.stock", str(ready))
    _wait(ready.exists, process)
    return process


def _wait(is_ready: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + _START_WITHIN
    while not is_ready():
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            raise SystemExit("the worker does not start")
        time.sleep(0.05)


def _print_row(name: str, measured: Measured) -> None:
    cpu = "-" if measured.cpu is None else f"{measured.cpu:.1f}"
    print(
        f"{name:<44}{measured.turns:>6}{measured.seconds:>10.1f}{measured.rate:>10.2f}{cpu:>8}{measured.peak_mb:>9.0f}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
