"""Finding every period named in a text: rules give single readings, then neighbours are joined into ranges."""

from dataclasses import dataclass, replace
from datetime import date

from agent.periods import days
from agent.periods.ellipsis import complete
from agent.periods.joining import Atom, join
from agent.periods.lexicon import NAME_LIKE, ORDINALS, WEAK
from agent.periods.named import NAMED_RULES
from agent.periods.reading import Kind, Reading
from agent.periods.relative import RELATIVE_RULES
from agent.periods.words import Token, tokens_of
from models.period import Period

_RULES = NAMED_RULES + RELATIVE_RULES
_COUNTED = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "HALF", "YEAR", "FORT"})
_ENGLISH = frozenset(
    {"sales", "revenue", "orders", "units", "our", "my", "total", "ticket", "numbers", "figures", "results", "vs", "by"}
)
_PARTS = frozenset({"QUARTER", "HALF", "FORT"})
_ARTICLES = frozenset({"o", "a", "ao", "do", "da", "no", "na", "el", "la", "al", "del", "the"})
_AFTER_AN_ORDINAL = frozenset(
    {"de", "do", "del", "of", "in", "em", "en", "?", "!", ".", ",", ";", "e", "y", "and", "vs"}
)
_NOT_A_MONTH_AFTER = frozenset({"do", "da", "dos", "das"})


@dataclass(frozen=True, slots=True)
class FoundPeriod:
    """A period named in a text. `parts` are the two periods it was joined from ("janeiro e fevereiro"), else empty;
    `unit` and `count` say how `previous` and `before` hang on another period: see `reanchor`."""

    span: tuple[int, int]
    period: Period
    kind: Kind
    parts: tuple[Period, ...] = ()
    unit: str = ""
    count: int = 0


def find_periods(text: str, today: date) -> list[FoundPeriod]:
    """All periods the text names, in order, without overlaps. Pure and linear; never raises."""
    found: list[FoundPeriod] = []
    tokens = _in_context(tokens_of(text))
    for atom in complete(join(_atoms(tokens, today), tokens, today), tokens):
        if atom.reading.kind == "skip" or atom.reading.period is None:
            continue
        if atom.reading.unit == "SAME" and not found:
            continue
        span = (tokens[atom.first].start, tokens[atom.last].end)
        period = replace(atom.reading.period, label=" ".join(text[span[0] : span[1]].split()))
        one = FoundPeriod(span, period, atom.reading.kind, atom.parts, atom.reading.unit, atom.reading.count)
        found.append(replace(one, period=reanchor(one, found[-1].period)) if found else one)
    return found


def reanchor(found: FoundPeriod, anchor: Period) -> Period:
    """The found period placed against another one, where its words lean on one ("os 7 anteriores"); else unchanged."""
    try:
        moved = _moved(found, anchor)
    except (ValueError, OverflowError):
        return found.period
    return replace(moved, label=found.period.label)


def _moved(found: FoundPeriod, anchor: Period) -> Period:
    if found.kind == "same":
        return anchor
    if found.kind == "same_in_year":
        return days.in_year(anchor, found.count)
    if found.kind == "same_last_year":
        return days.year_before(anchor)
    if found.kind == "before":
        return days.last_units(days.plus_days(anchor.start, -1), found.unit, found.count)
    if found.kind == "previous":
        if found.unit in {"PERIOD", "SAME"}:
            return days.period_before(anchor)
        return days.unit_holding(anchor.start, found.unit, -1)
    return found.period


def _in_context(tokens: list[Token]) -> list[Token]:
    """Marks words that may be something else: lower case for the doubtful, the plain word where it must be a name."""
    marked: list[Token] = []
    for index, token in enumerate(tokens):
        if token.concept == "WEEK" and [before.concept for before in marked[-2:]] == ["END", "de"]:
            token = replace(token, concept="WKND", start=marked[-2].start)
            del marked[-2:]
        if token.concept[:1] in {"M", "E"} and token.concept[1:].isdigit():
            after_article = index > 0 and tokens[index - 1].word in _NOT_A_MONTH_AFTER
            if token.word in NAME_LIKE and after_article:
                token = replace(token, concept=token.word)
        if token.concept.startswith("#") and _is_before_last_one(tokens[index + 1 : index + 3]):
            token = replace(token, concept=token.word)
        if (unit := _unit_of_ordinal(tokens, index)) is not None:
            token = replace(token, concept=f"{token.concept} {unit}")
        if token.concept == "QTD" and not _is_among_english(tokens, index):
            token = replace(token, concept=token.word)
        if token.word in WEAK or token.concept == "SEGUNDA":
            token = replace(token, concept=token.concept.lower())
        marked.append(token)
    return marked


def _unit_of_ordinal(tokens: list[Token], index: int) -> str | None:
    """ "O 2º trimestre de 2025 contra o 1º": the unit that the ordinal leaves unsaid, and its year."""
    token = tokens[index]
    is_ordinal = token.word in ORDINALS or (token.word.isdigit() and token.end - token.start > len(token.word))
    after = tokens[index + 1].word if index + 1 < len(tokens) else "?"
    if not is_ordinal or index < 3 or after not in _AFTER_AN_ORDINAL or tokens[index - 1].word not in _ARTICLES:
        return None
    for place in range(index - 2, 0, -1):
        if tokens[place].concept in _PARTS and tokens[place - 1].concept.startswith("#"):
            year = "" if _year_after(tokens, index) else _year_after(tokens, place)
            return f"{tokens[place].concept} {year}".strip()
    return None


def _year_after(tokens: list[Token], index: int) -> str:
    return next((token.concept for token in tokens[index + 1 : index + 3] if token.concept.startswith("#20")), "")


def _is_among_english(tokens: list[Token], index: int) -> bool:
    """ "Sales QTD" is the quarter to date; "qtd vendida" and "qtd de latas" are quantities."""
    beside = {token.word for token in tokens[max(0, index - 1) : index + 2]}
    return bool(beside & _ENGLISH)


def _is_before_last_one(after: list[Token]) -> bool:
    """ "Over $500 last week": a number before one unit counts something else; only "500 últimos dias" are days."""
    if [token.concept for token in after[:1]] != ["LAST"] or len(after) < 2 or after[1].concept not in _COUNTED:
        return False
    return not after[1].word.endswith("s") or after[1].word == "mes"


def _atoms(tokens: list[Token], today: date) -> list[Atom]:
    """The longest reading at each place, left to right."""
    line = " ".join(token.concept for token in tokens)
    starts = []
    place = 0
    for token in tokens:
        starts.append(place)
        place += len(token.concept) + 1
    ends = {start + len(token.concept): index for index, (start, token) in enumerate(zip(starts, tokens, strict=True))}
    atoms: list[Atom] = []
    index = 0
    while index < len(tokens):
        best = _longest(line, starts[index], today)
        if best is None:
            index += 1
            continue
        end, reading = best
        atoms.append(Atom(reading, index, ends[end]))
        index = ends[end] + 1
    return atoms


def _longest(line: str, start: int, today: date) -> tuple[int, Reading] | None:
    matches = [(match.end(), rule) for rule in _RULES if (match := rule.pattern.match(line, start)) is not None]
    for end, rule in sorted(matches, key=lambda pair: -pair[0]):
        match = rule.pattern.match(line, start)
        assert match is not None
        try:
            return end, rule.build(match, today)
        except (ValueError, OverflowError):
            continue
    return None
