"""One run: a scenario, struck where the plan says, brought to its end and judged."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.matrix.judge import Violation, exceptions_of, judge
from tests.matrix.scenarios import SCENARIOS
from tests.matrix.stage import Stage
from tests.matrix.watch import Strike, Struck
from tests.matrix.world import opened_world


@dataclass(frozen=True)
class Outcome:
    """What became of a run. `hits` are the points it came by, `recovery` those after the last strike."""

    scenario: str
    strikes: tuple[Strike, ...]
    struck: tuple[Struck, ...]
    hits: tuple[str, ...]
    recovery: tuple[str, ...]
    violations: tuple[Violation, ...]
    exceptions: int
    seconds: float

    @property
    def is_good(self) -> bool:
        """Struck as planned, and nothing violated."""
        return not self.violations and len(self.struck) == len(self.strikes)

    def __str__(self) -> str:
        places = [f"{struck.point} (hit {struck.hit}, mode {struck.mode})" for struck in self.struck]
        plan = [f"Strike({strike.at}, {strike.mode!r})" for strike in self.strikes]
        seen = "".join(f"\n    {violation}" for violation in self.violations)
        return f"{self.scenario}: {' then '.join(places) or 'nothing struck'} - {', '.join(plan)}{seen}"


def run(stage: Stage, scenario: str, strikes: Sequence[Strike] = ()) -> Outcome:
    """Play it to the end. Whatever goes wrong beyond the invariants is raised."""
    started = time.monotonic()
    with opened_world(stage, strikes) as world:
        SCENARIOS[scenario](world)
        world.finish()
        violations = tuple(judge(world))
        watch = world.watch
        return Outcome(
            scenario,
            tuple(strikes),
            tuple(watch.struck),
            tuple(watch.hits),
            tuple(watch.since_last),
            violations,
            exceptions_of(world),
            time.monotonic() - started,
        )
