"""The steps of a chain as values: who passes a question on, who answers it, who rewrites the answer; and who is asked.

An agent without a chain is one specialist that answers everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from agent.base import Provider
from agent.providers.fallback import Link, links_of
from agent.system_text import Brief, newest_prompt

_N = TypeVar("_N", int, float)
ROUTE, POLISH = "route", "polish"  # as the record names them


@dataclass(frozen=True, slots=True)
class Part:
    """Who is asked in one step, and what it may use; None: what the run may. `name` is the step's in the record."""

    provider: Provider
    llm: str
    name: str = ""
    call_seconds: float | None = None
    output_tokens: int | None = None  # of one call
    share: Decimal | None = None  # of the run's tokens and money

    @property
    def links(self) -> tuple[Link, ...]:
        """In their order, each held to the part's limits as well as to its own."""
        return tuple(
            replace(
                link,
                call_seconds=_least(link.call_seconds, self.call_seconds),
                output_tokens=_least(link.output_tokens, self.output_tokens),
            )
            for link in links_of(self.provider, self.llm)
        )


def _least(one: _N | None, other: _N | None) -> _N | None:
    return min((limit for limit in (one, other) if limit is not None), default=None)


@dataclass(frozen=True, slots=True)
class Specialist:
    """Answers by the ordinary loop. `tools` are those of the agent's that it may use; None: all of them."""

    part: Part
    brief: Brief
    description: str = ""
    tools: frozenset[str] | None = None
    words: tuple[str, ...] = ()  # a question that holds one of them, and nobody else's, is passed on unasked


@dataclass(frozen=True, slots=True)
class Route:
    """Picks a specialist by one call."""

    part: Part
    instructions: str = ""
    prompt: str = field(default_factory=lambda: newest_prompt(ROUTE))


@dataclass(frozen=True, slots=True)
class Polish:
    """Rewrites what a specialist wrote by one call; `channels` None: on each of them."""

    part: Part
    brief: Brief
    channels: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """The one called `default` answers what nobody else fits; without any specialists, the agent itself answers."""

    specialists: Mapping[str, Specialist] = field(default_factory=dict)
    default: str = ""
    route: Route | None = None
    polish: Polish | None = None

    @property
    def parts(self) -> list[Part]:
        """All who may be asked."""
        steps = (*self.specialists.values(), self.route, self.polish)
        return [step.part for step in steps if step is not None]


NO_CHAIN = Chain()


def name_of_step(specialist: str) -> str:
    """A specialist's part, as the record names it."""
    return f"specialist:{specialist}"
