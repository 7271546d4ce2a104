"""`with_sources`: which document a reply has its words and figures from, named by code where the LLM left it out."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any, Final

from agent.base import ToolUse
from agent.grounding.report import Finding
from agent.grounding.words.folding import fold_in_place
from agent.knowledge.places import spell_place
from agent.tools.knowledge import SEARCH_DOCUMENTS
from agent.tools.prices import PRICE_OF
from models.language import Language
from models.retrieval.lexicon import read_words, stem_of

_HEADS: Final[Mapping[Language, tuple[str, str]]] = {
    "pt": ("Fonte", "Fontes"),
    "en": ("Source", "Sources"),
    "es": ("Fuente", "Fuentes"),
}
_TOLD_BY: Final = ("headings", "text", "code", "name", "unit", "price", "price_kind")  # of a passage or a price
_MOST: Final = 3  # sources of one reply
_LONGEST_TITLE: Final = 80
_SENTENCES = re.compile(r"(?<=[.!?;:])\s+|\n+")
_ENDING = re.compile(r"\.[a-z]{2,4}$")
_LEAST_WORDS: Final = 2  # that a sentence shares with what it is taken from, the question's own left out
_LEAST_SHARE: Final = 0.4  # of the sentence's words
_AROUND: Final = 80  # characters round the name of a document in which its place is looked for
_SILENT = re.compile(
    r"\b(?:nao (?:encontr|ach|localiz|ha\b|consta|sei|respond|diz|tenho|menciona|inform)|(?:could|do|does|did) ?n[o']t|"
    r"not (?:found|stated|mentioned)|no (?:encontr|respond|dice|hay|consta|menciona|tengo|se\b)|nothing|nada)"
)


@dataclass(frozen=True, slots=True)
class _Source:
    """A passage or a price that a tool gave; `path` is how evidence names it."""

    path: str
    document: str
    place: Mapping[str, Any]
    stems: frozenset[str]

    def spelled(self, language: Language) -> str:
        return shorten(self.document, _LONGEST_TITLE, placeholder="…") + spell_place(self.place, language)


def with_sources(
    reply: str, question: str, uses: Sequence[ToolUse], findings: Iterable[Finding], language: Language
) -> str:
    """The reply, with a line of the sources that it uses and does not name; just as it was where nothing is from a
    document. `findings` are of its figures. Pure."""
    sources = list(_read_sources(uses, language))
    if not sources:
        return reply
    used = _by_words(reply, question, sources, language)
    used += [source for source in _by_figures(findings, sources, used) if source not in used]
    if not used and _is_answered_by_documents_alone(uses) and not _is_silent(reply):
        used = sources[:1]
    folded = fold_in_place(reply)
    unnamed = list(dict.fromkeys(one.spelled(language) for one in used if not _is_named(folded, one)))[:_MOST]
    if not unnamed:
        return reply
    return f"{reply}\n\n{_HEADS[language][len(unnamed) > 1]}: {'; '.join(unnamed)}."


def _read_sources(uses: Sequence[ToolUse], language: Language) -> Iterator[_Source]:
    for number, use in enumerate(uses):
        for kind in ("items", "passages"):
            for at, one in enumerate(_told_by(use).get(kind) or ()):
                told = " ".join(str(one[name]) for name in _TOLD_BY if one.get(name))
                path = f"{use.name}[{number}].data.{kind}[{at}]"
                yield _Source(path, str(one["document"]), one.get("place") or {}, _stems(told, language))


def _told_by(use: ToolUse) -> Mapping[str, Any]:
    """What documents say; empty for a tool that looked elsewhere, or failed."""
    data = use.result.get("data") if use.ok and use.name in (SEARCH_DOCUMENTS, PRICE_OF) else None
    return data if isinstance(data, Mapping) else {}


def _stems(text: str, language: Language) -> frozenset[str]:
    """Without bare figures: whose these are, evidence tells."""
    return frozenset(stem_of(word, language) for word in read_words(text) if len(word) > 1 and not word.isdecimal())


def _by_words(reply: str, question: str, sources: Sequence[_Source], language: Language) -> list[_Source]:
    """For each sentence what it shares most of its words with, if these are enough."""
    asked, used = _stems(question, language), []
    for sentence in _SENTENCES.split(reply):
        words = _stems(sentence, language) - asked
        best = max(sources, key=lambda source: len(words & source.stems))
        shared = len(words & best.stems)
        if shared >= _LEAST_WORDS and shared >= _LEAST_SHARE * len(words) and best not in used:
            used.append(best)
    return used


def _by_figures(findings: Iterable[Finding], sources: Sequence[_Source], used: Sequence[_Source]) -> Iterator[_Source]:
    """The first that tells a figure which nothing but documents tells, and no source that is used already."""
    for finding in findings:
        told = [[one for one in sources if path.startswith(f"{one.path}.")] for path in finding.paths]
        if told and all(told):
            tellers = [one for each in told for one in each]
            if not any(one in used for one in tellers):
                yield tellers[0]


def _is_answered_by_documents_alone(uses: Sequence[ToolUse]) -> bool:
    told = [_told_by(use) for use in uses if use.ok]
    return all(told) and any(one.get("answered") or one.get("items") for one in told)


def _is_silent(reply: str) -> bool:
    """Whether it says that it does not know, or asks back."""
    return bool(_SILENT.search(fold_in_place(reply))) or reply.rstrip().endswith("?")


def _is_named(folded: str, source: _Source) -> bool:
    """Whether the reply names the document, and one of its places beside it."""
    title = fold_in_place(source.document)
    for name in {title, _ENDING.sub("", title)}:
        for mention in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", folded):
            around = folded[max(0, mention.start() - _AROUND) : mention.end() + _AROUND]
            if not source.place or any(_tells(around, value) for value in source.place.values()):
                return True
    return False


def _tells(words: str, value: Any) -> bool:
    if isinstance(value, str):
        return fold_in_place(value) in words
    return bool(re.search(rf"\b(?:pp?|pag\w*|page\w*|lin\w*|rows?|filas?)\W{{1,3}}{value}(?!\d)", words))
