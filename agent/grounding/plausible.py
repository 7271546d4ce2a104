"""Whether a figure that arithmetic found may be what the reply means: its direction, whose and of what time it is."""

from collections.abc import Sequence
from typing import Final

from agent.grounding.binding import Owners
from agent.grounding.claims import Derived, Known
from agent.grounding.draft import Draft, Trace
from agent.grounding.words.lexicon import MEAN

_OF_TWO: Final = frozenset({"difference", "change", "multiple"})


def may_be(trace: Trace, derived: Derived, draft: Draft) -> bool:
    """Whether its operands are of the names and the times that the sentence speaks of."""
    if derived.is_change and trace.claim.direction and derived.value * trace.claim.direction < 0:
        return False
    if derived.operation in _OF_TWO and _is_of_other_days(trace, derived, draft):
        return False
    if trace.reason == "other_direction" and derived.operation == "difference":
        return False
    hints = draft.hinted(trace) if derived.is_by_size and trace.owners.all_names else []
    whose, named = derived.whose, Owners(names=(*trace.owners.all_names, *hints))
    if derived.operation == "mean" and _is_cut_by(trace.owners, derived.operands):
        return False
    several = len({anchor.labels for anchor in trace.owners.all_names}) > 1
    is_of_two = derived.operation in _OF_TWO and several
    if (is_of_two or derived.is_by_size) and not all(named.fit_names(one) for one in whose):
        return False
    if is_of_two and len(whose) == 2 and whose[0].labels != whose[1].labels:  # "10 more than Ana"
        return True
    owners = trace.owners
    if derived.is_by_size and owners.names:
        owners = Owners(names=(*owners.names, *hints))
        whose = tuple(one for one in whose if one.labels)
    return not whose or any(owners.fit_names(one) for one in whose)


def _is_cut_by(owners: Owners, operands: Sequence[Known]) -> bool:
    """Whether the time beside a mean holds several of its parts, and not all: "the mean of January to October"."""
    inside = {one.spans for one in operands if owners.days and owners.fit_days(one)}
    return 1 < len(inside) < len({one.spans for one in operands})


def _is_of_other_days(trace: Trace, derived: Derived, draft: Draft) -> bool:
    """Whether the sentence holds two days against one another, and a figure is of a third, or of none."""
    named = draft.days_beside(trace)
    if len({anchor.spans for anchor in named}) < len(derived.operands):
        return False
    means = [one for one in derived.operands if one.origin != "tool" and one.key == "mean"]
    if len(means) == 1 and not MEAN.search(draft.folded, *draft.bounds(trace)):
        return True
    single = [one for one in derived.operands if any(first == last for first, last in one.spans)]
    return not all(any(anchor.fits(one) for anchor in named) for one in single)
