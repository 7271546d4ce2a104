""" "O que conversamos sobre X?", "quando falei de X?": recognises the question, and puts what was found into words,
without an LLM. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from agent.grounding.words.folding import fold_in_place
from agent.memory.quoting import name_of_channel, spell_day, spell_day_of
from agent.periods import find_periods
from models.language import Language, Texts
from models.memory.episodes import ANY_DAY, Episode, Span
from models.memory.remembered import SettledTurn
from models.retrieval.lexicon import grams_of, read_words, stem_of

_LONGEST: Final = 200  # characters of the question
_LONGEST_SIDE: Final = 300  # of one side of an exchange
_LONGEST_BESIDE: Final = 120  # of what was said before and after it
_LIKE: Final = 0.5  # of a word's pieces: a slip of the pen leaves half of them

_TALKED: Final = r"(?:conversamos|falamos|discutimos|tratamos|combinamos|conversou|falou|discutiu|combinou)"
_I_SAID: Final = r"(?:falei|disse|perguntei|comentei|mencionei|contei|conversei)"
_YOU_SAID: Final = r"(?:disse|falou|respondeu|contou)"
_OF: Final = (
    r"(?:sobre|a respeito (?:de|do|da|dos|das)|acerca (?:de|do|da)|(?:com|quanto a)|de|do|da|dos|das)\s+"
    r"(?:o |a |os |as )?"
)
_ABOUT: Final = r"(?:about|of|on|regarding)\s+(?:the )?"
_DE: Final = r"(?:sobre|acerca de|respecto a|de|del|por)\s+(?:el |la |los |las )?"
_WHAT: Final = r"(?:(?:o )?q(?:ue)?|oq)"
_OPENS: Final = re.compile(
    r"(?:(?:oi|ok|e|and|y|me (?:diga|lembra|lembre|fala)|remind me|recuerdame),? )?(?:"
    rf"(?:sobre )?{_WHAT} (?:e que )?(?:(?:a gente|nos|eu e voce|eu e vc) )?(?:ja )?{_TALKED} {_OF}"
    rf"|{_WHAT} (?:e que )?(?:eu )?(?:ja )?(?:te |lhe )?{_I_SAID} {_OF}"
    rf"|{_WHAT} (?:e que )?(?:voce|vc) (?:ja )?(?:me )?{_YOU_SAID} {_OF}"
    rf"|quando (?:foi )?(?:e )?(?:que )?(?:(?:eu|a gente|nos) )?(?:te |lhe )?(?:{_TALKED}|{_I_SAID}) {_OF}"
    rf"|(?:a gente |nos |eu )?ja (?:te )?(?:{_TALKED}|{_I_SAID}) {_OF}"
    rf"|what (?:did|have) (?:we|i|you) (?:already )?(?:say|said|talk|talked|discuss|discussed|ask|asked|tell|told|speak"
    rf"|spoken|agree|agreed)(?: (?:you|me))? (?:{_ABOUT}|on )"
    rf"|when did (?:we|i) (?:last )?(?:talk|speak|ask|tell|mention|discuss|say)(?: (?:you|anything|something))?"
    rf" (?:{_ABOUT})?"
    rf"|(?:did|have) (?:we|i) (?:ever )?(?:talk|talked|speak|spoken|discuss|discussed|mention|mentioned) (?:{_ABOUT})?"
    rf"|(?:de |sobre )?(?:lo )?que (?:ya )?(?:hablamos|conversamos|dijimos|acordamos) {_DE}"
    rf"|(?:lo )?que (?:te )?(?:dije|pregunte|comente|conte) {_DE}"
    rf"|(?:lo )?que me (?:dijiste|respondiste|contaste|dijo) {_DE}"
    rf"|cuando (?:te )?(?:hable|hablamos|mencione|pregunte|conversamos|comente) (?:{_DE})?"
    r")"
)
_TRAILS: Final = re.compile(r"[\s,]+(?:(?:em|no|na|de|do|da|in|on|en|el|desde|since|la)\s*)?$")
_ONESELF: Final = re.compile(r"(?:mim|me|myself|mi|isso|isto|that|this|it|eso|esto)")


@dataclass(frozen=True, slots=True)
class LookBack:
    """`words` are what it was about, as they were written."""

    words: str
    span: Span = ANY_DAY


def read_look_back(text: str, today: date) -> LookBack | None:
    """None for whatever asks something else. Days that it names bound the search."""
    said = " ".join(text.split())
    if len(said) > _LONGEST:
        return None
    bare = said.rstrip(" .!?").lstrip("¿¡ ")
    match = _OPENS.match(fold_in_place(bare))
    if match is None:
        return None
    words, span = _part_days(bare[match.end() :], today)
    if not read_words(words) or _ONESELF.fullmatch(fold_in_place(words)):
        return None
    return LookBack(words, span)


def _part_days(words: str, today: date) -> tuple[str, Span]:
    """Only at the end: "o frete de março" and "a semana de moda" are what was talked about."""
    for found in find_periods(words, today):
        if not words[found.span[1] :].strip() and found.span[0] > 0:
            last = min(found.period.end, today)
            return _TRAILS.sub("", words[: found.span[0]]), Span(found.period.start, last)
    return words, ANY_DAY


def is_about(turn: SettledTurn, words: str) -> bool:
    """Whether any word of the question stands there, or one like it: a search always gives what comes nearest."""
    said = read_words(f"{turn.asked} {turn.replied}")
    stems = {stem_of(word, "pt") for word in said}
    return any(
        stem_of(word, "pt") in stems or any(_is_like(word, other) for other in said) for word in read_words(words)
    )


def _is_like(word: str, other: str) -> bool:
    if min(len(word), len(other)) < 5:
        return False
    one, two = set(grams_of(word)), set(grams_of(other))
    return len(one & two) >= _LIKE * max(len(one), len(two))


_TEXTS: Final[dict[str, Texts]] = {
    "nothing": {
        "pt": "Não encontrei nada sobre «{words}» no que conversamos{span}. Procuro só nas suas conversas comigo.",
        "en": "I found nothing about “{words}” in what we said{span}. I only search your own conversations with me.",
        "es": "No encontré nada sobre «{words}» en lo que hablamos{span}. Solo busco en sus conversaciones conmigo.",
    },
    "found": {
        "pt": "Sobre «{words}», a última vez em {day}:",
        "en": "About “{words}”, last on {day}:",
        "es": "Sobre «{words}», la última vez el {day}:",
    },
    "span": {"pt": " de {since} a {until}", "en": " from {since} to {until}", "es": " del {since} al {until}"},
    "asked": {"pt": "você", "en": "you", "es": "usted"},
    "replied": {"pt": "eu", "en": "me", "es": "yo"},
    "before": {"pt": "antes", "en": "before that", "es": "antes"},
    "after": {"pt": "depois", "en": "after that", "es": "después"},
    "spoken": {"pt": " (em áudio)", "en": " (in a voice note)", "es": " (en un audio)"},
}


@dataclass(frozen=True, slots=True)
class FoundBack:
    """An exchange that was found, and where it was."""

    episode: Episode
    channel: str


def tell_found(asked: LookBack, found: Sequence[FoundBack], language: Language, timezone: str) -> str:
    """What was said to the letter, the newest first, with its day and channel; that nothing was found as well."""
    span = asked.span
    if not found:
        days = {"since": span.since, "until": span.until}
        spelled = {name: "" if day is None else spell_day(day, language) for name, day in days.items()}
        within = "" if span == ANY_DAY else _TEXTS["span"][language].format(**spelled)
        return _TEXTS["nothing"][language].format(words=asked.words, span=within)
    ordered = sorted(found, key=lambda one: (one.episode.turn.asked_at, one.episode.turn.id), reverse=True)
    newest = spell_day_of(ordered[0].episode.turn.asked_at, language, timezone)
    told = [_tell(one, language, timezone) for one in ordered]
    return "\n\n".join([_TEXTS["found"][language].format(words=asked.words, day=newest), *told])


def _tell(found: FoundBack, language: Language, timezone: str) -> str:
    episode = found.episode
    day = spell_day_of(episode.turn.asked_at, language, timezone)
    lines = [f"**{day}, {name_of_channel(found.channel)}**"]
    lines += _tell_beside("before", episode.before, language)
    heard = _TEXTS["spoken"][language] if episode.turn.is_spoken else ""
    lines += [f"{_TEXTS['asked'][language]}{heard}: «{_short(episode.turn.asked, _LONGEST_SIDE)}»"]
    if episode.turn.replied:
        lines += [f"{_TEXTS['replied'][language]}: «{_short(episode.turn.replied, _LONGEST_SIDE)}»"]
    return "\n".join([*lines, *_tell_beside("after", episode.after, language)])


def _tell_beside(place: str, turn: SettledTurn | None, language: Language) -> list[str]:
    if turn is None or not turn.asked:
        return []
    return [f"({_TEXTS[place][language]}: «{_short(turn.asked, _LONGEST_BESIDE)}»)"]


def _short(text: str, longest: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"
