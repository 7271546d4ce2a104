"""Which language a question is written in, whatever names it holds."""

from agent.periods.words import tokens_of
from agent.providers.offline.names import Names
from models.language import Language, guess_language


def language_of(text: str, fallback: Language | None, names: Names) -> Language:
    """Ties go to the fallback, then to Portuguese."""
    return guess_language(_without_names(text, names), fallback)


def _without_names(text: str, names: Names) -> str:
    """ "¿Cuánto compró o São Jorge?": how a company is called says nothing of who asks."""
    tokens = tokens_of(text)
    for hit in names.find(tokens):
        first, last = tokens[hit.first].start, tokens[hit.last].end
        text = text[:first] + " " * (last - first) + text[last:]
    return text
