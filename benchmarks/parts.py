"""The parts of `make bench`: each measures one thing, and says what was found in text, figures, goals and bars."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.chat import measure_chat, show_chat
from benchmarks.goals import Goal, at_least, under
from benchmarks.growth import Size, measure_growth, show_growth
from benchmarks.peers.base import PEERS, get_peer
from benchmarks.plot import Bar, Panel
from benchmarks.sdk import measure_sdk
from benchmarks.stage import build_stage
from benchmarks.start_latency import Waits, measure_waits, show_waits
from benchmarks.webhook import measure_webhook, show_webhook
from benchmarks.worker import FAST, SLOW, Load, Summary, measure_workers, show_workers
from tests.standins.llm import StandInLlm

_NO_LLM = "http://127.0.0.1:9/v1"
_RIVALS = ("celery", "dramatiq", "huey")


@dataclass(frozen=True)
class Outcome:
    """`figures` are what JSON can hold."""

    text: str
    figures: Any
    goals: Sequence[Goal]
    panels: Sequence[Panel]


Say = Callable[[str], None]


def measure_door(is_quick: bool, say: Say) -> Outcome:
    """Webhooks to their 2xx, beside the floor that no door over the same parts gets under."""
    with build_stage(_NO_LLM, 4) as stage:
        figures = measure_webhook(stage, rounds=1 if is_quick else 6)
    goals = [
        at_least(0.8, "webhooks per second, by the floor's", figures.throughput),
        under(5, "p99 at half load, by the floor's", figures.slowest),
    ]
    paths = (*figures.parts, figures.floor, figures.door)
    bars = [Bar(path.name, path.rate, path is figures.door) for path in paths]
    panel = Panel("Webhooks per second to their 2xx", "more is better; each with what is above it", bars)
    return Outcome(show_webhook(figures), dataclasses.asdict(figures), goals, [panel])


def measure_answers(is_quick: bool, say: Say) -> Outcome:
    """`/chat`: what a whole request takes on top of the LLM's own time."""
    with StandInLlm() as llm, build_stage(llm.url, 200) as stage:
        found = measure_chat(stage, llm, seconds=3.0 if is_quick else 10.0)
    bars = [
        Bar(f"{name}, LLM takes {one.latency:g} s", value * 1e3, True)
        for one in found
        for name, value in (("p50", one.p50), ("p99", one.p99))
    ]
    panel = Panel("/chat: added to the LLM's own time", "ms, less is better", bars)
    return Outcome(show_chat(found), _plain(found), [], [panel])


def measure_worker(is_quick: bool, say: Say) -> Outcome:
    """Turns per second, CPU and memory, beside the peers."""
    load = Load(slow_turns=200, fast_turns=100, stock_turns=3, pool_turns=32, rounds=1) if is_quick else Load()
    with StandInLlm() as llm, build_stage(llm.url, load.threads) as stage:
        found = measure_workers(stage, llm, list(PEERS), load, say)
        sdk_ms = measure_sdk(llm)
    slow = {row.peer: row for row in found if row.latency == SLOW}
    fast = {row.peer: row for row in found if row.latency == FAST}
    goals = [
        at_least(100, "turns/s at 1 s per LLM call, by stock RQ's", slow["recado"].rate / slow["rq"].rate),
        at_least(1, "turns/s at 1 s, by the best of Celery, dramatiq, huey", _by_the_best(slow)),
        at_least(1, "turns/s at 0 s, by the best of Celery, dramatiq, huey", _by_the_best(fast)),
        under(0.5, "memory per turn in flight", slow["recado"].mb_per_turn, "MB"),
        under(15, "the worker's CPU per turn, the LLM's SDK included", fast["recado"].cpu_ms, "ms"),
    ]
    text = f"{show_workers(found)}Of the CPU per turn, the LLM's SDK takes {sdk_ms:.1f} ms (alone, in one thread)."
    figures = {"workers": _plain(found), "sdk_ms_per_turn": sdk_ms}
    return Outcome(text, figures, goals, [_rates(slow, "1 s"), _rates(fast, "0 s"), _memory(slow)])


def measure_start(is_quick: bool, say: Say) -> Outcome:
    """From enqueue to the job's first line."""
    with build_stage(_NO_LLM, 200) as stage:
        found = measure_waits(stage, list(PEERS), 3.0 if is_quick else 10.0, say)
    panels = [_waits(found, is_busy=False), _waits(found, is_busy=True)]
    return Outcome(show_waits(found), _plain(found), [], panels)


def measure_size(is_quick: bool, say: Say) -> Outcome:
    """A turn late in a long conversation, and beside very many stored messages."""
    size = Size(many_messages=20_000, late_turn=1_000, turns=20) if is_quick else Size()
    with StandInLlm() as llm, build_stage(llm.url, 8) as stage:
        found = measure_growth(stage, size, say)
    goals = [
        under(1.15, f"cost of a turn: {growth.large.name} by {growth.small.name}", growth.factor) for growth in found
    ]
    costs = [cost for growth in found for cost in (growth.small, growth.large)]
    panel = Panel("CPU per turn, worker and database", "ms", [Bar(cost.name, cost.cpu, is_ours=True) for cost in costs])
    return Outcome(show_growth(found), _plain(found), goals, [panel])


PARTS: dict[str, Callable[[bool, Say], Outcome]] = {
    "webhook": measure_door,
    "chat": measure_answers,
    "worker": measure_worker,
    "start": measure_start,
    "growth": measure_size,
}


def _plain(found: Sequence[Any]) -> list[dict[str, Any]]:
    return [dataclasses.asdict(item) for item in found]


def _by_the_best(rows: dict[str, Summary]) -> float:
    return rows["recado"].rate / max(rows[name].rate for name in _RIVALS)


def _rates(rows: dict[str, Summary], latency: str) -> Panel:
    bars = [Bar(get_peer(name).TITLE, row.rate, name == "recado") for name, row in rows.items()]
    return Panel(f"Turns per second, LLM takes {latency} per call", "more is better", bars)


def _memory(rows: dict[str, Summary]) -> Panel:
    """RQ's forks are left out: their bars would hide all others."""
    known = [(name, row.mb_per_turn) for name, row in rows.items() if name not in {"rq", "rq-pool"}]
    bars = [Bar(get_peer(name).TITLE, figure, name == "recado") for name, figure in known if figure is not None]
    return Panel("Memory per turn in flight", "MB, less is better", bars)


def _waits(found: Sequence[Waits], *, is_busy: bool) -> Panel:
    rows = [waits for waits in found if waits.is_busy == is_busy]
    title = f"Enqueue to start, p50, {'180 jobs in flight' if is_busy else 'idle worker'}"
    return Panel(title, "ms, less is better", [Bar(get_peer(r.peer).TITLE, r.p50, r.peer == "recado") for r in rows])
