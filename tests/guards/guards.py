"""All guards, and what the design says of each: caught when it is missing, or covered by others until they miss too."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from tests.guards.ingress_guards import INGRESS
from tests.guards.order_guards import ORDER
from tests.guards.removal import Guard
from tests.guards.send_guards import SENDS
from tests.guards.step_guards import STEPS

GUARDS: Sequence[Guard] = (*INGRESS, *ORDER, *STEPS, *SENDS)
COVERED = [guard for guard in GUARDS if guard.covered_by]
CAUGHT = [guard for guard in GUARDS if not guard.covered_by]

# Of guards that others cover when they are missing alone: those that must be noticed when they are missing together,
# each with the cell that notices it first.
TOGETHER: dict[frozenset[str], str] = {}


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a trial must show. `thorough`: with every mode before the absence of a guard counts as covered."""

    names: tuple[str, ...]
    is_caught: bool
    covered_by: str = ""
    first: tuple[str, ...] = ()
    is_thorough: bool = True


def expectations() -> list[Expectation]:
    """Every guard alone, and those that are covered in pairs, the longest trials last."""
    alone = [Expectation((guard.name,), not guard.covered_by, guard.covered_by, tuple(guard.cells)) for guard in GUARDS]
    pairs = [_together(frozenset(names)) for names in combinations([guard.name for guard in COVERED], 2)]
    more = [_together(names) for names in TOGETHER if len(names) > 2]
    return sorted((*alone, *pairs, *more), key=lambda one: (not one.is_caught, one.is_thorough))


def _together(names: frozenset[str]) -> Expectation:
    cell = TOGETHER.get(names, "")
    ordered = tuple(guard.name for guard in GUARDS if guard.name in names)
    return Expectation(ordered, bool(cell), "what covers each alone", (cell,) if cell else (), is_thorough=False)
