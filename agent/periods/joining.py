"""Joining neighbouring readings: "de X a Y", "X e Y", "desde X", "X até agora"."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from agent.periods import days
from agent.periods.reading import Kind, Reading
from agent.periods.words import Token
from models.period import Period

_RANGE_LINKS = frozenset({"a", "ao", "ate", "UNTIL", "to", "al", "-", "pra", "para", "p", "pro", "thru"})
_AND_LINKS = frozenset({"e", "y", "and", ",", "&", "+", "/"})
_FILLERS = frozenset(
    {"de", "do", "da", "o", "a", "el", "la", "the", "em", "en", "in", "of"}
    | {"on", "no", "na", "as", "del", "los", "las", "'", "s"}
)
_OPENERS = frozenset({"de", "do", "da", "from", "del", "desde"})
_CYCLES = {"year": timedelta(days=365), "month": timedelta(days=30), "week": timedelta(days=6)}
_EDGES = frozenset({"begin", "end"})
_LONGEST_LINK = 4


@dataclass(frozen=True, slots=True)
class Atom:
    """A reading and the tokens it covers, first and last included."""

    reading: Reading
    first: int
    last: int
    parts: tuple[Period, ...] = ()


def join(atoms: list[Atom], tokens: list[Token], today: date) -> list[Atom]:
    """The atoms with neighbours merged; those that mean nothing alone are left out."""
    joined: list[Atom] = []
    for atom in atoms:
        merged = _merged(joined[-1], atom, tokens, today) if joined else None
        if merged is not None:
            joined[-1] = merged
        elif joined and atom.reading.kind == "to_now" and _is_running(joined[-1], today):
            cut = _cut(joined[-1], joined[-1], today)  # "how is August going so far?"
            joined[-1] = cut or joined[-1]
        else:
            joined.append(atom)
    opened = (_opened(atom, tokens, today) for atom in joined)
    return [atom for atom in opened if atom is not None]


def _merged(left: Atom, right: Atom, tokens: list[Token], today: date) -> Atom | None:
    between = [token.concept for token in tokens[left.last + 1 : right.first]]
    if left.reading.period is None or right.reading.period is None or len(between) > _LONGEST_LINK:
        return None
    if right.reading.kind == "to_now":
        return _cut(left, right, today) if not between else None
    if left.reading.kind == "to_now":
        return _cut(right, left, today) if set(between) <= _FILLERS else None
    links = [concept for concept in between if concept not in _FILLERS - _RANGE_LINKS] or between[:1]
    if len(links) == 2 and links[1] == "a":
        links = links[:1]
    if len(links) != 1:
        return None
    opener = tokens[left.first - 1].concept if left.first else ""
    if links[0] in _RANGE_LINKS or (opener == "BETWEEN" and links[0] in _AND_LINKS):
        return _range(left, right, today)
    return _both(left, right, today) if links[0] in _AND_LINKS else None


def _cut(atom: Atom, cutter: Atom, today: date) -> Atom | None:
    """ "este mês até agora": up to today."""
    period = atom.reading.period
    if period is None or period.start > today:
        return None
    reading = Reading("range", Period(period.start, today))
    return Atom(reading, min(atom.first, cutter.first), max(atom.last, cutter.last))


def _is_running(atom: Atom, today: date) -> bool:
    period = atom.reading.period
    return period is not None and period.start <= today < period.end


def _placed(left: Reading, right: Reading, today: date) -> tuple[Period, Period] | None:
    """Both ends on the calendar: whichever names no year follows the one that does, else the first decides."""
    first, second = left.period, right.period
    if first is None or second is None:
        return None
    try:
        if left.cycle == "week" and right.cycle == "week" and left.recur:
            first = left.recur(second.start + timedelta(days=1))
        elif left.recur and left.cycle == "month" and right.cycle == "year":
            first = left.recur(second.end)  # "do dia 5 ao dia 10 de julho"
        elif left.recur and not right.recur and (left.cycle == "year" or first.start > second.end):
            first = left.recur(second.end)
        elif right.recur and right.cycle:
            second = right.recur(first.start + _CYCLES[right.cycle])
    except (ValueError, OverflowError):
        return None
    return first, second


def _range(left: Atom, right: Atom, today: date) -> Atom | None:
    placed = _placed(left.reading, right.reading, today)
    if placed is None:
        return None
    first, second = placed
    if left.reading.kind == "begin" and second.end < first.start:
        # On the first of a month "from the start of the month to yesterday" looks at the month that holds yesterday.
        first = days.unit_holding(second.end, left.reading.unit)
    if second.end < first.start:
        return None
    reading = Reading("range", Period(first.start, second.end))
    return Atom(reading, left.first, right.last, (first, second))


def _both(left: Atom, right: Atom, today: date) -> Atom | None:
    """ "ontem e hoje", "janeiro e fevereiro": one period if no day lies between the two; two dates make a range."""
    kinds = {left.reading.kind, right.reading.kind}
    if not kinds <= {"day", "named", "weak"} or kinds == {"day", "named"}:
        return None
    placed = _placed(left.reading, right.reading, today)
    if placed is None:
        return None
    one, other = sorted(placed, key=lambda period: period.start)
    relative = bool(left.reading.unit or right.reading.unit)
    touching = one.end + timedelta(days=1) == other.start
    if not touching and (relative or kinds != {"day"}):
        return None
    kind: Kind = "day" if kinds == {"day"} else "named"
    reading = replace(left.reading, kind=kind, period=Period(one.start, other.end))
    return Atom(reading, left.first, right.last, (*(left.parts or (placed[0],)), placed[1]))


def _opened(atom: Atom, tokens: list[Token], today: date) -> Atom | None:
    """Words before a single period: "desde X" runs to today, "até X" from the start of its month."""
    reading, period = atom.reading, atom.reading.period
    back = atom.first - 1
    while back >= 0 and atom.first - back <= 2 and tokens[back].concept in _FILLERS - {"de", "da"}:
        back -= 1
    before = tokens[back].concept if back >= 0 else ""
    word = tokens[back].word if back >= 0 else ""
    if period is None:
        return atom
    if (before == "SINCE" or (word == "partir" or (reading.kind == "begin" and word in _OPENERS))) and not atom.parts:
        return _since(atom, period, back, today)
    if before == "UNTIL" and not atom.parts:
        return _until(atom, period, back)
    return None if reading.kind in _EDGES | {"weak"} else atom


def _since(atom: Atom, period: Period, back: int, today: date) -> Atom | None:
    if period.start > today:
        return None
    return Atom(Reading("range", Period(period.start, today)), back, atom.last)


def _until(atom: Atom, period: Period, back: int) -> Atom | None:
    if atom.reading.kind not in {"day", "end", "unit"}:
        return None if atom.reading.kind in _EDGES | {"weak"} else atom
    start = days.unit_holding(period.end, "MONTH").start
    return Atom(Reading("range", Period(min(start, period.start), period.end)), back, atom.last)
