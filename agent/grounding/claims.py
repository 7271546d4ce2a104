"""What a reply claims, and what is known: figures and days with their units, before anyone compared them.

Tuples, since a check makes and compares thousands of them.
"""

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

Kind = Literal["money", "percent", "multiple", "count", "date", "code"]
# Of money: the currency's code, "$" for a bare sign. Of counts: what is counted. Empty: not said.
Unit = str
Span = tuple[date, date]


class PartialDay(NamedTuple):
    """A day as far as it is said: "3 de março" has no year, "2025" nothing else."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def fits(self, day: date) -> bool:
        return (
            (self.year is None or self.year == day.year)
            and (self.month is None or self.month == day.month)
            and (self.day is None or self.day == day.day)
        )


class Claim(NamedTuple):
    """A figure, a day or a code as the reply says it.

    `values` are the ways to read the digits ("1.234" is two); `slack` is how far each may be from the exact figure,
    which is half of the last place shown. `noun` is the word after a count, and `is_term` a quarter or half of a year.
    `direction` is what the words beside it say: 1 up, -1 down, 0 nothing.
    """

    text: str
    start: int
    end: int
    kind: Kind
    values: tuple[Decimal, ...] = ()
    slack: tuple[Decimal, ...] = ()
    unit: Unit = ""
    direction: int = 0
    bound: Literal["", "over", "under", "about"] = ""
    days: tuple[PartialDay, ...] = ()
    weekday: int | None = None
    is_term: bool = False
    is_weekday: bool = False
    noun: str = ""

    def rooms(self) -> list[Decimal]:
        """How far each reading may be off: "about 3.760" is said to the ten."""
        if not self.bound:
            return list(self.slack)
        tens = (Decimal(1).scaleb(len(str(value)) - len(str(value).rstrip("0"))) / 2 for value in map(int, self.values))
        return [max(room, slack) if slack < 1 else slack for room, slack in zip(tens, self.slack, strict=True)]

    def widths(self) -> list[float]:
        """What part of all figures near its own size each reading would match: the less, the less by chance."""
        pairs = zip(self.values, self.rooms(), strict=True)
        least = {"count": 0.5, "money": 0.005}.get(self.kind, 0.05)
        return [2 * max(float(slack), least) / (abs(float(value)) or 1) for value, slack in pairs]

    def matches(self, exact: Decimal) -> bool:
        size = abs(exact)
        for value, slack in zip(self.values, self.slack, strict=True):
            off = size - value
            if abs(off) < slack or off in (0, -slack) or self._nears(size, value, slack):
                return True
            if off == slack and value / (2 * slack) % 2 == 0:  # 8,5 may be told as 8, as some round; 7,5 never as 7
                return True
        return False

    def _nears(self, size: Decimal, value: Decimal, slack: Decimal) -> bool:
        """ "Mais de 12 mil", "quase 187 mil", "cerca de 12.500"."""
        match self.bound:
            case "over":
                is_coarse = self.kind == "multiple" or (self.kind == "percent" and slack > 1)  # "more than half"
                is_time = self.unit in {"days", "weeks", "months", "years"}  # "for more than 30 days"
                return value <= size <= value * Decimal("2" if is_time else "1.5" if is_coarse else "1.1")
            case "under":
                return value * Decimal("0.97") <= size <= value
            case "about":
                return abs(size - value) <= value * Decimal("0.03")
        return False


class Known(NamedTuple):
    """A figure that somebody other than the assistant's LLM has said: a tool, the person, an earlier turn.

    `labels` are the names it belongs to, folded; `spans` the days it is of; `path` is where it stands. `collection`
    and `key` are the same for the same figure of all items of one list. `scope` is the same for all figures of one
    object. A total of a list is in no `collection`. `is_foreign` says that only
    a third party's words tell it.
    """

    value: Decimal
    kind: Kind
    unit: Unit
    path: str
    labels: frozenset[str] = frozenset()
    spans: tuple[Span, ...] = ()
    collection: str = ""
    key: str = ""
    scope: str = ""
    origin: str = "tool"
    is_foreign: bool = False

    def __hash__(self) -> int:
        """Of its place alone, which tells nearly all of them apart: that of all it holds costs more than it saves."""
        return hash(self.path)


class Derived(NamedTuple):
    """A figure reckoned from known ones. `whose` are those of its operands that a name beside it must fit; one found by
    its size alone must fit them with every operand."""

    value: Decimal
    operation: str
    operands: tuple[Known, ...]
    whose: tuple[Known, ...] = ()
    is_change: bool = False
    is_by_size: bool = False
