"""One question put to an assistant that may be busy, and what many of them come to."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from agent.base import RunResult
from bot.evaluation.score import ALL, score
from bot.evaluation.trial import Trial, try_question
from models.errors import ProviderError, ProviderErrorKind
from tests.bot.evaluation.runs import answered, expected, question, use
from tests.fakes import FixedClock

DAY = date(2026, 11, 18)
RIGHT = answered("Foram R$ 1.204.500,40.", use())


def trial(*steps: RunResult | ProviderError, slept: list[float] | None = None) -> Trial:
    clock, left = FixedClock(), list(steps)

    def ask(text: str, today: date) -> RunResult:
        clock.move(2)
        step = left.pop(0)
        if isinstance(step, ProviderError):
            raise step
        return step

    sleep: Callable[[float], None] = (slept if slept is not None else []).append
    return try_question(ask, question(expected()), DAY, monotonic=clock.monotonic, sleep=sleep)


def failure(kind: ProviderErrorKind, retry_after: float | None = None) -> ProviderError:
    return ProviderError("no", kind=kind, retry_after=retry_after)


def test_an_answer_is_judged_timed_and_priced() -> None:
    tried = trial(RIGHT)
    assert tried.verdict.is_right
    assert (tried.seconds, tried.tokens, tried.cost, tried.llm) == (2, 1000, Decimal("0.002"), "gpt-x")
    assert (tried.as_json()["right"], tried.as_json()["cost"]) == (True, "0.002")


def test_a_busy_vendor_is_asked_again_after_as_long_as_it_says_but_not_for_ever() -> None:
    slept: list[float] = []
    assert trial(failure("rate_limit", 7), failure("overloaded"), RIGHT, slept=slept).verdict.is_right
    assert slept == [7, 2]
    given_up = trial(*[failure("rate_limit", 900)] * 3, slept=slept)
    assert slept[2:] == [60, 60]
    assert (given_up.trouble, given_up.verdict.is_right) == ("rate_limit: no", False)


def test_a_question_that_fails_for_good_is_wrong_and_a_key_that_is_wrong_ends_it_all() -> None:
    assert trial(failure("bad_request")).trouble == "bad_request: no"
    with pytest.raises(ProviderError):
        trial(failure("auth"))


def test_scores_are_by_kind_and_altogether() -> None:
    wrong = trial(answered("Não sei.", cost=Decimal("0.001")))
    kinds = score([trial(RIGHT), trial(RIGHT), wrong])
    assert [one.kind for one in kinds] == ["total", ALL]
    whole = kinds[-1]
    assert (whole.questions, whole.tools, whole.arguments, whole.figures, whole.right) == (3, 2, 2, 3, 2)
    assert (whole.tokens, whole.cost, whole.median, whole.slow) == (3000, Decimal("0.005"), 2, 2)


def test_a_price_that_nobody_knows_makes_the_sum_unknown() -> None:
    unknown = answered("Foram R$ 1.204.500,40.", use(), cost=None)
    assert score([trial(RIGHT), trial(unknown)])[-1].as_json()["cost"] is None
