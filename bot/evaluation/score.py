"""What a series of trials comes to, by kind of question and altogether."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from bot.evaluation.trial import Trial

ALL = "all"


@dataclass(frozen=True, slots=True)
class Score:
    """Of one kind. `right` needs tools, arguments and figures; seconds are those of the median and of 95 in 100."""

    kind: str
    questions: int
    tools: int
    arguments: int
    figures: int
    right: int
    tokens: int
    cost: Decimal | None
    median: float
    slow: float

    @property
    def share(self) -> float:
        return self.right / self.questions

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "questions": self.questions,
            "tools_right": self.tools,
            "arguments_right": self.arguments,
            "figures_right": self.figures,
            "right": self.right,
            "accuracy": round(self.share, 4),
            "tokens_used": self.tokens,
            "cost": None if self.cost is None else format(self.cost, "f"),
            "p50_ms": round(self.median * 1000),
            "p95_ms": round(self.slow * 1000),
        }


def score(trials: Sequence[Trial]) -> list[Score]:
    """Each kind in the order in which it came, and all together at last. There must be a trial."""
    kinds = dict.fromkeys(trial.question.kind for trial in trials)
    by_kind = [_score(kind, [trial for trial in trials if trial.question.kind == kind]) for kind in kinds]
    return [*by_kind, _score(ALL, trials)]


def _score(kind: str, trials: Sequence[Trial]) -> Score:
    costs = [trial.cost for trial in trials if not trial.error]
    seconds = sorted(trial.seconds for trial in trials)
    return Score(
        kind=kind,
        questions=len(trials),
        tools=sum(trial.verdict.tools_right for trial in trials),
        arguments=sum(trial.verdict.arguments_right for trial in trials),
        figures=sum(trial.verdict.figures_right for trial in trials),
        right=sum(trial.verdict.is_right for trial in trials),
        tokens=sum(trial.tokens for trial in trials),
        cost=None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0)),
        median=_rank(seconds, 0.5),
        slow=_rank(seconds, 0.95),
    )


def _rank(ordered: Sequence[float], share: float) -> float:
    """The nearest rank: one that was measured, also where there are few."""
    return ordered[ceil(share * len(ordered)) - 1]
