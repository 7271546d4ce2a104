"""Second terms that leave half unsaid: "o carnaval de 2025 com o de 2024", "a quinzena de agosto contra a de julho"."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from agent.periods import days
from agent.periods.joining import Atom
from agent.periods.reading import Reading
from agent.periods.words import Token
from models.period import Period

_PREPOSITIONS: Final = frozenset(
    {"de", "do", "da", "del", "of", "in", "from", "em", "en", "no", "na", "dos", "das", "for"}
)
_PRONOUNS: Final = frozenset(
    {"o", "a", "os", "as", "el", "la", "los", "las", "that", "those", "one", "aquele", "aquela"}
)
_CONTRACTED: Final = {"ao": "o", "do": "o", "da": "a", "al": "el", "no": "o", "na": "a"}
_LINKS: Final = frozenset(
    {"vs", "versus", "contra", "x", "com", "con", "with", "than", "against", "que", "ante", "to", "a", "ao", "al"}
    | {"comparado", "comparada", "compared", "frente", "relacao", "relacion"}
)
_LONGEST = 7  # tokens between the two terms
_A_YEAR = timedelta(days=365)


def complete(atoms: list[Atom], tokens: list[Token]) -> list[Atom]:
    """The atoms, the second of two compared ones read as the same thing in the year or month it names, and the first
    in the year that only the second names."""
    done: list[Atom] = []
    for atom in atoms:
        if done:
            between = [token.word for token in tokens[done[-1].last + 1 : atom.first]]
            has_year = any(token.concept.startswith("#20") for token in tokens[atom.first : atom.last + 1])
            pair = _completed(done[-1].reading, atom.reading, between, has_year=has_year)
            done[-1], atom = replace(done[-1], reading=pair[0]), replace(atom, reading=pair[1])
        done.append(atom)
    return done


def _completed(left: Reading, right: Reading, between: list[str], *, has_year: bool) -> tuple[Reading, Reading]:
    if left.period is None or right.period is None or not 0 < len(between) <= _LONGEST:
        return left, right
    is_pronoun, is_link = _joint(between)
    try:
        if is_pronoun or is_link:
            return _in_one_year(left, replace(right, period=_same_in(left, right.period, right)), has_year=has_year)
    except (ValueError, OverflowError):
        pass
    return left, right


def _joint(between: list[str]) -> tuple[bool, bool]:
    """Whether a pronoun stands for the first term ("com o de", "than that of"), and whether a word compares."""
    words = list(between)
    while words and words[-1] in _PREPOSITIONS - {"no", "na"}:
        words.pop()
    had_preposition = len(words) < len(between)
    is_pronoun = had_preposition and bool(words) and (words[-1] in _PRONOUNS or words[-1] in _CONTRACTED)
    compares = bool(_LINKS & set(between[:-1] if is_pronoun and between[-1] in _PREPOSITIONS else between))
    return is_pronoun and (compares or len(words) > 1), compares


def _same_in(left: Reading, larger: Period, right: Reading) -> Period:
    """What the first term is, in the year or month that the second names; the second itself where that fits ill."""
    first = left.period
    assert first is not None
    if (left.kind in {"range", "rolling"} and left.within is None) or first.days >= larger.days:
        return larger
    if left.within is not None and (days.is_whole(larger, "YEAR") or days.is_whole(larger, "MONTH")):
        try:
            return left.within(larger)
        except ValueError:
            return larger
    if days.is_whole(larger, "YEAR") and larger.start.year != first.start.year and right.unit == "YEAR":
        return days.in_year(first, larger.start.year)
    return larger


def _in_one_year(left: Reading, right: Reading, *, has_year: bool) -> tuple[Reading, Reading]:
    """ "janeiro contra fevereiro de 2025", "primeira quinzena contra segunda quinzena de setembro"."""
    first, second = left.period, right.period
    assert first is not None
    assert second is not None
    if left.within is None or right.within is None:
        return left, right
    if left.unit == "OF" and right.unit != "OF":
        return replace(left, period=left.within(days.unit_holding(second.start, "MONTH"))), right
    if left.unit != right.unit:
        return left, right
    follows = first.start == second.end + timedelta(days=1)  # "primeiro trimestre contra o quarto de 2025"
    if has_year and left.recur and not follows and not _is_same_part(first, second):
        return replace(left, period=left.within(days.unit_holding(second.end, "YEAR"))), right
    if right.recur and not left.recur and not _is_same_part(first, second):
        return left, replace(right, period=right.recur(first.start + _A_YEAR))
    return left, right


def _is_same_part(one: Period, other: Period) -> bool:
    return (one.start.month, one.start.day) == (other.start.month, other.start.day)
