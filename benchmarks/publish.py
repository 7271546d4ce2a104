"""Keeps a whole run: figures for programs, a picture, and tables in the page that explains them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.goals import Goal, show_goals
from benchmarks.parts import Outcome
from benchmarks.plot import draw

_DOCS = Path(__file__).resolve().parent.parent / "docs"
_PICTURE = "![The goals' measurements as bars](benchmarks.svg)"
_BEGIN, _END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"


def publish(
    machine: Mapping[str, str],
    found: Mapping[str, Outcome],
    goals: Sequence[Goal],
    seconds: float,
    docs: Path = _DOCS,
) -> None:
    record = {
        "machine": machine,
        "seconds": round(seconds),
        "method": "docs/benchmarks.md",
        "goals": [asdict(goal) | {"is_met": goal.is_met} for goal in goals],
        "parts": {name: outcome.figures for name, outcome in found.items()},
    }
    (docs / "benchmarks.json").write_text(json.dumps(_rounded(record), indent=1) + "\n", encoding="utf-8")
    panels = [panel for outcome in found.values() for panel in outcome.panels]
    (docs / "benchmarks.svg").write_text(draw(panels), encoding="utf-8")
    page = docs / "benchmarks.md"
    page.write_text(_with_figures(page.read_text(encoding="utf-8"), machine, found, goals), encoding="utf-8")


def _with_figures(page: str, machine: Mapping[str, str], found: Mapping[str, Outcome], goals: Sequence[Goal]) -> str:
    """The page with what stands between its two marks replaced."""
    head, _, rest = page.partition(_BEGIN)
    _, mark, tail = rest.partition(_END)
    assert mark, f"the page has lost {_BEGIN} or {_END}"
    texts = ["\n".join(f"{name}: {value}" for name, value in machine.items()), show_goals(goals)]
    blocks = "\n".join(f"```text\n{text.strip()}\n```\n" for text in [*texts, *(item.text for item in found.values())])
    return f"{head}{_BEGIN}\n\n{_PICTURE}\n\n{blocks}\n{_END}{tail}"


def _rounded(value: object) -> object:
    """Six digits are more than any of it is worth."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, Mapping):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_rounded(item) for item in value]
    return value
