"""One question put to the assistant, timed and judged."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from agent.base import RunResult
from bot.evaluation.judging import Verdict, judge
from bot.evaluation.questions import Question
from models.errors import ProviderError

_ATTEMPTS = 3
_SOON, _LONGEST = 2.0, 60.0  # seconds to wait for a vendor that says "later", and the most we wait
_HOPELESS = {"auth", "billing", "model_not_found"}
_REFUSED = Verdict(False, False, False)

Ask = Callable[[str, date], RunResult]


@dataclass(frozen=True, slots=True)
class Trial:
    """`error` is the vendor's trouble that kept the question from being answered. `cost` is in USD, None if unknown."""

    question: Question
    verdict: Verdict
    seconds: float
    tokens: int = 0
    cost: Decimal | None = None
    llm: str = ""
    reply: str = ""
    error: str = ""

    @property
    def trouble(self) -> str:
        return self.error or self.verdict.trouble

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.question.id,
            "kind": self.question.kind,
            "text": self.question.text,
            "right": self.verdict.is_right,
            "tools_right": self.verdict.tools_right,
            "arguments_right": self.verdict.arguments_right,
            "figures_right": self.verdict.figures_right,
            "trouble": self.trouble,
            "reply": self.reply,
            "time_ms": round(self.seconds * 1000),
            "tokens_used": self.tokens,
            "cost": None if self.cost is None else format(self.cost, "f"),
        }


def try_question(
    ask: Ask,
    question: Question,
    today: date,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Trial:
    """Asks again where the vendor was busy; the time is that of the attempt that answered.

    Raises ProviderError where no question will ever be answered, as with a wrong key.
    """
    for attempt in range(_ATTEMPTS):
        started = monotonic()
        try:
            run = ask(question.text, today)
        except ProviderError as error:
            if error.kind in _HOPELESS:
                raise
            if error.permanent or attempt + 1 == _ATTEMPTS:
                return Trial(question, _REFUSED, monotonic() - started, error=f"{error.kind}: {error}")
            sleep(min(error.retry_after or _SOON, _LONGEST))
        else:
            verdict = judge(question, run, today)
            tokens = run.tokens_in + run.tokens_out
            return Trial(question, verdict, monotonic() - started, tokens, run.cost, run.llm, run.text)
    raise AssertionError("the last attempt returns or raises")
