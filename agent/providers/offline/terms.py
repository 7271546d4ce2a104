"""The company's own words for its figures and dimensions, beside those that every company has."""

from typing import Final

from agent.periods.words import fold, tokens_of
from agent.providers.offline.vocabulary import STAGES
from models.catalogue import Catalogue

Meaning = tuple[str, str]  # a concept, and which one of its kind

_METRICS: Final = {"revenue": "REVENUE", "orders": "ORDERS", "units": "UNITS", "average_ticket": "TICKET"}
_DIMENSIONS: Final = {
    "customer": "CUSTOMER",
    "product": "PRODUCT",
    "category": "CATEGORY",
    "salesperson": "SALESPERSON",
    "state": "STATE",
}


def terms_of(catalogue: Catalogue) -> dict[tuple[str, ...], Meaning]:
    """Each phrase as its words; they win over the engine's own."""
    table: dict[tuple[str, ...], Meaning] = {}
    for terms, concepts, own in (
        (catalogue.metrics, _METRICS, "METRIC"),
        (catalogue.dimensions, _DIMENSIONS, "DIMENSION"),
    ):
        for term in terms:
            meaning = (own, term.name) if term.is_own else (concepts.get(term.name, ""), "")
            said = (*term.words, term.name.replace("_", " ")) if term.is_own else term.words
            for phrase in said if meaning[0] else ():
                words = tuple(token.word for token in tokens_of(phrase))
                for key in (words, _plural(words)) if own == "DIMENSION" else (words,):
                    table.setdefault(key, meaning)
    return table


def stages_of(catalogue: Catalogue) -> dict[str, str]:
    """The company's stages by the engine's word for each, whichever language they are named in, and by their own."""
    told = {word.strip(): stage for stage, words in STAGES.items() for word in words.split(",")}
    own = {fold(name): name for name in catalogue.stages}
    return {told[name]: own[name] for name in own if name in told} | own


def _plural(words: tuple[str, ...]) -> tuple[str, ...]:
    """ "canais", "marcas", "regiões": good enough for the words that cut figures."""
    if not words:
        return words
    *before, last = words
    if last.endswith("ao"):
        return (*before, last[:-2] + "oes")
    if last.endswith("al"):
        return (*before, last[:-1] + "is")
    return (*before, last if last.endswith("s") else last + "s")
