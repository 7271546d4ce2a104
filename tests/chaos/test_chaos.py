"""A little chaos every day: a few strikes at the whole program, and every promise judged."""

import pytest

from tests.chaos.plan import Strike
from tests.chaos.report import write_report
from tests.chaos.run import Order, run_chaos

_STRIKES = (
    Strike(1.0, "worker", "trap", "llm.answered"),
    Strike(2.0, "web", "kill", "child", how="child"),
    Strike(2.5, "valkey", "flush"),
    Strike(3.0, "worker-2", "term"),
    Strike(4.0, "postgres", "restart", seconds=0.2),
    Strike(4.5, "twilio", "fault", "429", how="429"),
)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_little_chaos_breaks_no_promise() -> None:
    outcome = run_chaos(Order(seed=1, seconds=6.0, rate=2.0, drain=120.0, plan=_STRIKES), is_quiet=True)
    report = write_report(outcome)
    assert outcome.violations == [], report
    assert outcome.monkey is not None
    assert len(outcome.monkey.landed) >= 3, report
    assert outcome.evidence is not None
    assert len(outcome.evidence.said) >= 6, report
