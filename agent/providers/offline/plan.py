"""What the engine decides to do about a question: call a tool, or say something without one. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.periods import FoundPeriod
from models.period import Period


@dataclass(frozen=True, slots=True)
class View:
    """How to show a tool's result: what the tool itself does not do, and what was assumed."""

    ascending: bool = False
    descending: bool = False
    ranked: bool = False
    limit: int | None = None
    excluded: tuple[str, ...] = ()
    excluded_total: bool = False  # the figure wanted is the total without `excluded`
    state: str | None = None  # the one row wanted of a grouping by state
    share: str | None = None  # the one row whose percentage of the total is wanted
    assumed_period: bool = False
    assumed_base: bool = False
    assumed_metric: bool = False
    closely: bool = False  # only what holds nearly all of the question answers it
    everybody: bool = False  # each one's goal, not only the team's
    delivery: bool = False  # whether it was delivered is asked as well
    today: str = ""  # ISO; a period that has not ended by then is still running
    titles: Mapping[str, str] = field(default_factory=dict)  # what the company calls figures and dimensions


@dataclass(frozen=True, slots=True)
class Step:
    """One tool call, or (with `tool` empty) one thing to say: `say` names the phrase, `details` fill it. With a
    tool that looks something up it is what is said where nothing is found."""

    tool: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    view: View = field(default_factory=View)
    say: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def saying(phrase: str, **details: Any) -> Step:
    return Step(say=phrase, details=details)


def iso(period: Period | FoundPeriod) -> str:
    """The form in which tools take periods."""
    days = period.period if isinstance(period, FoundPeriod) else period
    return f"{days.start.isoformat()}/{days.end.isoformat()}"
