"""Any sequence of what can happen: people write, platforms repeat and mix up, processes die, freeze and thaw.

Hypothesis chooses; after every rest, and at the end, the judge looks. `STATE_MACHINE_EXAMPLES=2000` makes a nightly run
of it, with other sequences each time.
"""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from models.errors import ProviderError
from tests.guards.far_side import Fate
from tests.guards.judge import find_lost, judge
from tests.guards.process import Task
from tests.guards.world import Engines, Process, StopAt, World, never

_EXAMPLES = os.environ.get("STATE_MACHINE_EXAMPLES", "")
_SETTINGS = settings(
    max_examples=int(_EXAMPLES or 60),
    stateful_step_count=25,
    derandomize=not _EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
_FROZEN_AT_ONCE = 2
_WHO = st.integers(0, 1)
_POINT = st.integers(0, 40)  # how many named moments it passes first; a task that passes fewer is not disturbed
_ENDS = st.sampled_from(["kill", "freeze"])


class Sequences(RuleBasedStateMachine):
    """Two processes at work, and whatever may happen to them. What there is nothing for is left undone: preconditions
    would make the choice depend on how fast the machine is."""

    def __init__(self, engines: Engines) -> None:
        super().__init__()
        self.world = World(engines)
        self.world.__enter__()
        self.world.spawn()
        self.frozen: list[Task] = []
        self.said = 0

    def teardown(self) -> None:
        """Whoever is frozen thaws, everything is repeated, and all must be well."""
        try:
            while self.frozen:
                self.thaw(0)
            self.rest()
            self.world.repeat()
            self.rest()
        finally:
            self.world.__exit__()

    # People and platforms

    @rule(sender=st.sampled_from(["ana", "bia"]), buys=st.booleans(), who=_WHO)
    def say(self, sender: str, buys: bool, who: int) -> None:
        self.said += 1
        self.world.say(self._process(who), f"m{self.said}", "buy" if buys else "", sender).wait()

    @rule(sender=st.sampled_from(["ana", "bia"]), who=_WHO, point=st.integers(0, 4), end=_ENDS)
    def say_and_disturb(self, sender: str, who: int, point: int, end: str) -> None:
        self.said += 1
        process, stop_at = self._process(who), self._nth(point)
        self._disturb(process, self.world.say(process, f"m{self.said}", "buy", sender, stop_at), end)

    @rule(index=st.integers(0, 9), who=_WHO)
    def redeliver(self, index: int, who: int) -> None:
        deliveries = list(self.world.ledger.deliveries.values())
        if deliveries:
            self.world.deliver(self._process(who), deliveries[index % len(deliveries)]).wait()

    @rule(index=st.integers(0, 9), word=st.sampled_from(["sent", "delivered", "read", "undelivered"]), who=_WHO)
    def call_back(self, index: int, word: str, who: int) -> None:
        arrivals = self.world.platform.arrivals
        if arrivals:
            self.world.call_back(self._process(who), arrivals[index % len(arrivals)], word).wait()

    @rule(fates=st.lists(st.sampled_from(["accept", "kept", "lost", "later", "never"]), min_size=1, max_size=3))
    def decide_on_the_next_sends(self, fates: list[Fate]) -> None:
        self.world.platform.fates = fates

    @rule(seconds=st.sampled_from([0.0, 20.0, 60.0]))
    def let_the_listing_lag(self, seconds: float) -> None:
        self.world.platform.lag = seconds

    @rule(times=st.integers(1, 2))
    def let_the_llm_fail(self, times: int) -> None:
        self.world.scribe.failures = [ProviderError("overloaded", kind="overloaded")] * times

    # The program

    @rule(who=_WHO)
    def work(self, who: int) -> None:
        self._work(self._process(who), never)

    @rule(who=_WHO, point=_POINT, end=_ENDS)
    def work_and_disturb(self, who: int, point: int, end: str) -> None:
        process = self._process(who)
        task = self._work(process, self._nth(point))
        if task is not None:
            self._disturb(process, task, end)

    @rule(index=st.integers(0, _FROZEN_AT_ONCE - 1))
    def thaw(self, index: int) -> None:
        if self.frozen:
            task = self.frozen.pop(index % len(self.frozen))
            self.world.resume(task)
            task.wait()

    @rule(who=_WHO)
    def sweep(self, who: int) -> None:
        self.world.sweep(self._process(who)).wait()

    @rule()
    def flush_redis(self) -> None:
        self.world.flush()

    @rule(seconds=st.sampled_from([1.0, 4.0, 12.0, 60.0, 200.0]))
    def pass_time(self, seconds: float) -> None:
        self.world.pass_time(seconds)
        self.world.ring_due()

    @rule()
    def rest(self) -> None:
        """Until nothing is due any more; then the judge looks."""
        self._process(0)
        self.world.redeliver()
        lost = find_lost(self.world)
        violations = lost + judge(self.world, self.world.settle())
        assert not violations, "\n".join(str(violation) for violation in violations)

    def _process(self, who: int) -> Process:
        while len(self.world.living) <= who:
            self.world.spawn()
        return self.world.living[who]

    def _work(self, process: Process, stop_at: StopAt) -> Task | None:
        key = self.world.take_ring()
        if key is None:
            return None
        task = self.world.work(process, key, stop_at)
        task.wait()
        return task

    def _nth(self, point: int) -> StopAt:
        passed = iter(range(point, -1, -1))
        return lambda name: next(passed, None) == 0

    def _disturb(self, process: Process, task: Task, end: str) -> None:
        task.wait()
        if not task.is_stopped:
            return
        note(f"  {end} at {task.point}")
        if end == "freeze" and len(self.frozen) < _FROZEN_AT_ONCE:
            self.world.freeze(task)
            self.frozen.append(task)
        else:
            self.world.kill(process)


@pytest.mark.timeout(0 if _EXAMPLES else 300)
def test_whatever_happens_in_whatever_order_no_promise_breaks(engines: Engines) -> None:
    def begin() -> Any:
        return Sequences(engines)

    run_state_machine_as_test(begin, settings=_SETTINGS)
