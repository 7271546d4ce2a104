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

_DOUBLED = ("I2", "I3", "I5", "I8")  # what a person or the shop would notice


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a trial must show. `counting` are the invariants that it looks at, all if empty; `is_thorough`: every mode
    is tried before the absence of a guard counts as covered."""

    names: tuple[str, ...]
    covered_by: str = ""
    first: tuple[str, ...] = ()
    counting: tuple[str, ...] = ()
    is_thorough: bool = False

    @property
    def is_caught(self) -> bool:
        return not self.covered_by


# Nobody is answered twice before the last of these layers is gone; without the first, work is only paid for twice.
_FENCE, _REPLY, _PLACE = "the fence", "a turn has one reply", "one place a part"
_LEASE = "the lease on a conversation"
_LAYERS = (
    Expectation((_FENCE,), f"{_REPLY}; {_PLACE}", counting=_DOUBLED),
    Expectation((_FENCE, _REPLY), _PLACE, counting=_DOUBLED),
    Expectation((_FENCE, _PLACE), _REPLY, counting=_DOUBLED),
    Expectation((_LEASE, _FENCE), f"{_REPLY}; {_PLACE}", counting=_DOUBLED),
    Expectation((_LEASE, _PLACE), f"{_FENCE}; {_REPLY}", counting=_DOUBLED),
    Expectation((_LEASE, _REPLY, _PLACE), _FENCE, counting=_DOUBLED),
    Expectation((_FENCE, _REPLY, _PLACE), first=("brief/freeze/turn.begun",), counting=_DOUBLED),
)


def expectations() -> list[Expectation]:
    """Every guard alone, layers that lie on one another, and all pairs of those that are covered; the longest last."""
    alone = [
        Expectation((guard.name,), guard.covered_by, tuple(guard.cells), is_thorough=bool(guard.covered_by))
        for guard in GUARDS
    ]
    pairs = [Expectation(names, "what covers each") for names in combinations([guard.name for guard in COVERED], 2)]
    return sorted((*alone, *_LAYERS, *pairs), key=lambda one: (not one.is_caught, not one.counting, one.is_thorough))
