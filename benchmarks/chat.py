"""What `/chat` adds to the LLM's own time: whole requests, from the question sent to the answer read.

`python -m benchmarks.chat`. Web and worker run as production starts them; the LLM is a stand-in that takes a given
time. Each question is a greeting of a caller of its own, which one LLM call answers.
"""

import argparse
import http.client
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.meter import end
from benchmarks.stage import Stage, build_stage
from tests.ports import free_port
from tests.standins.llm import StandInLlm

_QUESTION = "Oi"
_START_WITHIN = 60.0  # seconds
# Seconds the LLM takes, and callers at once: one alone shows what a request costs, some at 1 s make a percentile.
LOADS = ((0.0, 1), (1.0, 8))


@dataclass(frozen=True)
class ChatFigures:
    """Requests by `callers` at once against an LLM of `latency`; percentiles of what came on top of it. In seconds."""

    latency: float
    callers: int
    requests: int
    p50: float
    p99: float


def measure_chat(
    stage: Stage, llm: StandInLlm, *, loads: Sequence[tuple[float, int]] = LOADS, seconds: float = 10.0
) -> list[ChatFigures]:
    """About `seconds` for each load, a latency and so many callers. The stage must be built on that LLM."""
    with _running(stage) as port:
        _ask_all(port, 4, until=time.monotonic() + 2)  # what is imported and connected on first use
        return [_measure(port, llm, latency, callers, seconds) for latency, callers in loads]


def show_chat(measured: Sequence[ChatFigures]) -> str:
    lines = [f"{'LLM ms':>8}{'callers':>9}{'requests':>10}{'added p50 ms':>14}{'added p99 ms':>14}"]
    for one in measured:
        counts = f"{one.latency * 1e3:>8.0f}{one.callers:>9}{one.requests:>10}"
        lines.append(f"{counts}{one.p50 * 1e3:>14.1f}{one.p99 * 1e3:>14.1f}")
    return "\n".join(lines)


def _measure(port: int, llm: StandInLlm, latency: float, callers: int, seconds: float) -> ChatFigures:
    llm.latency = latency
    called = len(llm.history)
    times = _ask_all(port, callers, until=time.monotonic() + seconds)
    assert len(llm.history) - called == len(times), "one call each"
    added = sorted(taken - latency for taken in times)
    return ChatFigures(latency, callers, len(added), added[len(added) // 2], added[int(0.99 * len(added))])


def _ask_all(port: int, callers: int, until: float) -> list[float]:
    with ThreadPoolExecutor(callers) as pool:
        each = pool.map(lambda number: list(_ask_on(port, f"caller-{number}", until)), range(callers))
        return [taken for times in each for taken in times]


def _ask_on(port: int, caller: str, until: float) -> Iterator[float]:
    """One question after the other over one connection, each in a conversation of its own; the seconds each took."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    number = 0
    while time.monotonic() < until:
        number += 1
        body = json.dumps({"user_id": f"{caller}-{until:.6f}-{number}", "message": _QUESTION})
        begun = time.perf_counter()
        connection.request("POST", "/chat", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read()
        taken = time.perf_counter() - begun
        assert response.status == 200, content
        yield taken
    connection.close()


@contextmanager
def _running(stage: Stage) -> Iterator[int]:
    """A web process and a worker; the port."""
    port = free_port()
    processes = [stage.start("-m", "bot", name, environment={"PORT": str(port)}) for name in ("web", "worker")]
    try:
        until = time.monotonic() + _START_WITHIN
        while not _is_ready(port):
            if time.monotonic() > until or any(process.poll() is not None for process in processes):
                raise SystemExit(stage.log.read_text(encoding="utf-8")[-2000:])
            time.sleep(0.1)
        yield port
    finally:
        for process in processes:
            end(process)


def _is_ready(port: int) -> bool:
    """The web answers, and there is a worker."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return bool(json.loads(connection.getresponse().read())["status"] == "ok")
    except OSError:
        return False
    finally:
        connection.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chat", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each latency")
    arguments = parser.parse_args()
    with StandInLlm() as llm, build_stage(llm.url, threads=200) as stage:
        print(show_chat(measure_chat(stage, llm, seconds=arguments.seconds)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
