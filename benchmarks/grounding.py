"""CPU time of the check of a reply, on the corpus and on a giant turn: `python -m benchmarks.grounding`."""

import time
from collections.abc import Callable, Sequence
from datetime import date
from random import Random

from agent.base import Situation, ToolUse, TurnInput
from agent.grounding.evidence import gather_evidence
from agent.grounding.tracing import check
from models.ids import new_id
from tests.agent.grounding.corpus import specimens

_ROUNDS = 5


def measure_corpus() -> list[float]:
    """Seconds per reply, evidence gathered anew each time, best of some rounds, in rising order."""
    return sorted(min(_cpu(specimen.report) for _ in range(_ROUNDS)) for specimen in specimens())


def measure_giant(figures: int, lines: int) -> float:
    """Seconds for a reply of made-up lines over a list of that many figures."""
    random = Random(1)
    groups = [{"name": f"Cliente {n}", "value": f"{random.randint(100, 9_999_999) / 100:.2f}"} for n in range(figures)]
    use = ToolUse("sales_summary", {}, {"ok": True, "data": {"unit": "BRL", "groups": groups}}, True)
    turn = TurnInput(new_id(), "quanto?", (), Situation(date(2026, 3, 4), "manager"), "America/Sao_Paulo")
    reply = "\n".join(f"- Cliente {n}: R$ {random.randint(100, 9999)},07, {n % 90},3% a mais" for n in range(lines))
    return _cpu(lambda: check(reply, gather_evidence(turn, [use])))


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _show(seconds: Sequence[float]) -> str:
    p50, p99 = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.99)]
    return f"{len(seconds)} replies: p50 {p50 * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms, most {seconds[-1] * 1e3:.2f} ms"


if __name__ == "__main__":
    print(_show(measure_corpus()))
    print(f"60 lines over 4000 figures, none of them true: {measure_giant(4000, 60) * 1e3:.0f} ms")
