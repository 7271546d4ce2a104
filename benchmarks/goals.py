"""What is to be reached, and whether it was: ratios within one run, but for a few figures of the machine at hand."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """`measured` is None where the machine does not tell."""

    what: str
    bound: float
    measured: float | None
    is_floor: bool  # at least the bound, or under it
    unit: str = "x"

    @property
    def is_met(self) -> bool | None:
        if self.measured is None:
            return None
        return self.measured >= self.bound if self.is_floor else self.measured < self.bound


def at_least(bound: float, what: str, measured: float | None, unit: str = "x") -> Goal:
    return Goal(what, bound, measured, is_floor=True, unit=unit)


def under(bound: float, what: str, measured: float | None, unit: str = "x") -> Goal:
    return Goal(what, bound, measured, is_floor=False, unit=unit)


def show_figure(figure: float) -> str:
    """Three digits, or a whole number."""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"


def show_goals(goals: Sequence[Goal]) -> str:
    """A table, one line a goal."""
    rows = [f"{'goal':<66}{'wanted':>18}{'measured':>14}  met"]
    for goal in goals:
        wanted = f"{'at least' if goal.is_floor else 'under'} {goal.bound:g} {goal.unit}"
        measured = "-" if goal.measured is None else f"{show_figure(goal.measured)} {goal.unit}"
        met = {True: "yes", False: "NO", None: "?"}[goal.is_met]
        rows.append(f"{goal.what:<66}{wanted:>18}{measured:>14}  {met}")
    return "\n".join(rows)
