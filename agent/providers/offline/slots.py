"""The parts of one question: what is measured, of whom, when, in which order. Values only."""

from dataclasses import dataclass
from typing import Final

from agent.periods import FoundPeriod
from agent.providers.offline.names import NameHit, NameKind


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DIMENSIONS: Final = {
    "CUSTOMER": "customer",
    "SALESPERSON": "salesperson",
    "PRODUCT": "product",
    "CATEGORY": "category",
    "STATE": "state",
    "BYMONTH": "month",
    "BYDAY": "day",
}
METRICS: Final = {"REVENUE": "revenue", "ORDERS": "orders", "UNITS": "units", "TICKET": "average_ticket"}
STATUSES: Final = {"OPEN": "open", "INVOICED": "invoiced", "CANCELLED": "cancelled"}
CORE: Final = frozenset(
    {"REVENUE", "SALES", "RESULT", "BUY", "ORDERS", "UNITS", "OUTFLOW", "TICKET", "GOAL", "PIPELINE", "RATE", "OUT"}
    | {
        "CURRENCY",
        "TOP",
        "BOTTOM",
        "RANKING",
        "BRIEF",
        "HELP",
        "COMPARE",
        "BASE",
        "STAGE",
        "TREND",
        "ISOLD",
        "BILLED",
        "METRIC",
        "BESTSELLER",
        "WORSTSELLER",
    }
    | set(STATUSES)
)
_PLAIN: Final = frozenset({"TOP", "BOTTOM", "RANKING", "REVENUE", "ORDERS", "UNITS", "TICKET", "GOAL", "PIPELINE"}) | {
    *("RATE", "CURRENCY", "METRIC", "BESTSELLER", "WORSTSELLER"),
}
_FIGURES: Final = frozenset({"TOP", "BOTTOM", "RANKING", "COMPARE", "BASE", "WHO", "COUNT", "HOWMUCH", "NUMBER"})


@dataclass(frozen=True, slots=True)
class Slots:
    """One question, taken apart. `owners` are unknown words that stand where a name would."""

    cues: frozenset[str] = frozenset()
    metric: str | None = None  # named outright, or by a word as exact
    dimensions: tuple[str, ...] = ()
    grouped: bool = False
    separately: bool = False  # "por vendedor e por categoria": one grouping after the other
    count: int | None = None
    plural: bool = False
    names: tuple[NameHit, ...] = ()
    excluded: tuple[NameHit, ...] = ()
    excludes_me: bool = False
    me: bool = False
    team: bool = False
    status: str | None = None
    periods: tuple[FoundPeriod, ...] = ()
    base: int | None = None  # which period is the one compared against
    currency: str | None = None
    stages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    pronouns: tuple[str, ...] = ()  # "ele", "her": somebody named before
    linked: bool = False  # starts with "e", "and", "y": leans on the question before

    @property
    def has_core(self) -> bool:
        return bool(self.cues & CORE)

    @property
    def asks_of_something(self) -> bool:
        """Of somebody or of some days; an unknown name counts only where something is measured."""
        whose = self.names or self.excluded or self.team or (self.owners and self.has_core)
        return bool(whose or self.periods)

    @property
    def asks_plainly(self) -> bool:
        """By a word that a fact about somebody goes without; of sales only with their days."""
        return bool(self.cues & _PLAIN or ("SALES" in self.cues and self.periods)) and not self.status

    @property
    def asks_for_figures(self) -> bool:
        """Counted, laid out or in order, or one's own."""
        return bool(self.me or self.grouped or self.status or self.cues & _FIGURES)

    def of_kind(self, kind: NameKind) -> tuple[NameHit, ...]:
        return tuple(hit for hit in self.names if hit.candidates[0].kind == kind)
