"""Webhooks per second to their 2xx, against the floor that no web door over Flask, PostgreSQL and Redis gets under.

`python -m benchmarks.webhook`. Floor and door run side by side, each as a server of its own, and are asked by turns, so
that whatever else the machine does hits both; what is shown are medians.
"""

import argparse
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields

from benchmarks.floor import FLOOR, HELLO, INSERT, SIGNATURE
from benchmarks.load import ACCOUNT_SID, NUMBER, TOKEN, Caller, Order, running_caller
from benchmarks.meter import cpu_seconds, end
from benchmarks.stage import Stage, build_stage
from tests.ports import free_port

_DOOR = "/webhooks/whatsapp/default"
_CONNECTIONS = 16  # as many as the door has to the database
_HALF_LOAD_CONNECTIONS = 48
_START_WITHIN = 60.0  # seconds


@dataclass(frozen=True)
class Measured:
    """One server's path: requests a second when it is asked as fast as it answers, and percentiles in seconds then and
    at half of that rate. `cpu` is what a request cost the server's processes, in seconds. Medians of the rounds."""

    name: str
    rate: float
    p50: float
    p99: float
    half_p50: float
    half_p99: float
    cpu: float


@dataclass(frozen=True)
class WebhookFigures:
    """The floor's parts, each with what is before it; the floor itself; our door; and the door's ratios to the floor,
    each the median of those of the rounds: `throughput` shall be at least 0.8, `slowest`, p99 at half load, under 5."""

    parts: tuple[Measured, ...]
    floor: Measured
    door: Measured
    throughput: float
    slowest: float


@dataclass(frozen=True)
class _Target:
    """A path that can be asked."""

    name: str
    port: int
    path: str
    pid: int


@dataclass(frozen=True)
class _Round:
    """One look at a target: as fast as it answers, then at half of that rate."""

    rate: float
    p50: float
    p99: float
    cpu: float
    half_p50: float
    half_p99: float


def measure_webhook(stage: Stage, *, rounds: int = 6, seconds: float = 1.0) -> WebhookFigures:
    """Takes about `rounds` times `seconds` times seven."""
    with _serving(stage) as (floor_port, floor_pid, door_port, door_pid), running_caller() as caller:
        steps = (("bare Flask", HELLO), ("+ signature", SIGNATURE), ("+ one INSERT", INSERT), ("+ one push", FLOOR))
        parts = [_Target(name, floor_port, path, floor_pid) for name, path in steps]
        door = _Target("our door", door_port, _DOOR, door_pid)
        floors, doors = _measure(caller, [parts[-1], door], rounds, seconds)
        firsts = _measure(caller, parts[:-1], max(1, rounds // 3), seconds)
    pairs = list(zip(floors, doors, strict=True))
    return WebhookFigures(
        tuple(_summary(part.name, looks) for part, looks in zip(parts, firsts, strict=False)),
        _summary(parts[-1].name, floors),
        _summary(door.name, doors),
        throughput=statistics.median(ours.rate / theirs.rate for theirs, ours in pairs),
        slowest=statistics.median(ours.half_p99 / theirs.half_p99 for theirs, ours in pairs),
    )


def show_webhook(figures: WebhookFigures) -> str:
    """A table, one line a server's path."""
    lines = [f"{'milliseconds':<16}{'requests/s':>12}{'p50':>8}{'p99':>8}{'p50 half':>10}{'p99 half':>10}{'CPU us':>9}"]
    for one in (*figures.parts, figures.floor, figures.door):
        times = f"{one.p50 * 1e3:>8.1f}{one.p99 * 1e3:>8.1f}{one.half_p50 * 1e3:>10.1f}{one.half_p99 * 1e3:>10.1f}"
        lines.append(f"{one.name:<16}{one.rate:>12.0f}{times}{one.cpu * 1e6:>9.0f}")
    return "\n".join(lines)


def _measure(caller: Caller, targets: Sequence[_Target], rounds: int, seconds: float) -> list[list[_Round]]:
    """By turns, in an order that alternates too: who comes second finds another machine."""
    guesses = {target: _warm_up(caller, target) for target in targets}
    looks: dict[_Target, list[_Round]] = {target: [] for target in targets}
    for number in range(rounds):
        for target in targets if number % 2 == 0 else reversed(targets):
            looks[target].append(_look(caller, target, int(guesses[target] * seconds), seconds))
    return [looks[target] for target in targets]


def _warm_up(caller: Caller, target: _Target) -> float:
    """Requests a second. Connections are opened, and statements planned for good after some ten of each of those."""
    caller.call(Order(target.port, target.path, 500, _CONNECTIONS))
    return caller.call(Order(target.port, target.path, 500, _CONNECTIONS)).rate


def _look(caller: Caller, target: _Target, count: int, seconds: float) -> _Round:
    before = _spent(target)
    full = caller.call(Order(target.port, target.path, count, _CONNECTIONS))
    cpu = (_spent(target) - before) / count
    rate = full.rate / 2
    half = caller.call(Order(target.port, target.path, max(100, int(rate * seconds)), _HALF_LOAD_CONNECTIONS, rate))
    return _Round(
        full.rate, full.percentile(0.5), full.percentile(0.99), cpu, half.percentile(0.5), half.percentile(0.99)
    )


def _spent(target: _Target) -> float:
    return cpu_seconds(target.pid) or 0.0


def _summary(name: str, looks: Sequence[_Round]) -> Measured:
    def median(figure: str) -> float:
        return statistics.median(getattr(look, figure) for look in looks)

    return Measured(name, *(median(field.name) for field in fields(Measured)[1:]))


@contextmanager
def _serving(stage: Stage) -> Iterator[tuple[int, int, int, int]]:
    """Both servers with their ports and processes; each believes its own port to be what Twilio calls."""
    started = []
    try:
        for module in (("benchmarks.floor",), ("bot", "web")):
            port = free_port()
            ours = {
                "PORT": str(port),
                "LOG_LEVEL": "INFO",  # as production has it
                "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
                "TWILIO_AUTH_TOKEN": TOKEN,
                "TWILIO_WHATSAPP_FROM": NUMBER,
            }
            arguments = (*module, str(port)) if module[0] == "benchmarks.floor" else module
            process = stage.start("-m", *arguments, environment=ours)
            started.append((port, process))
        for port, process in started:
            _wait_for(port, process, stage)
        (floor_port, floor), (door_port, door) = started
        yield floor_port, floor.pid, door_port, door.pid
    finally:
        for _, process in started:
            end(process)


def _wait_for(port: int, process: "subprocess.Popen[str]", stage: Stage) -> None:
    until = time.monotonic() + _START_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(stage.log.read_text(encoding="utf-8")[-2000:]) from None
            time.sleep(0.05)
        else:
            return


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.webhook", description=__doc__)
    parser.add_argument("--rounds", type=int, default=6, help="looks at floor and door, by turns")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each load")
    arguments = parser.parse_args()
    with build_stage("http://127.0.0.1:9/v1", threads=4) as stage:  # no LLM: nobody answers
        figures = measure_webhook(stage, rounds=arguments.rounds, seconds=arguments.seconds)
    print(show_webhook(figures))
    print(f"throughput, ours by the floor's: {figures.throughput:.2f} (goal: at least 0.8)")
    print(f"p99 at half load, ours by the floor's: {figures.slowest:.1f} (goal: under 5)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
