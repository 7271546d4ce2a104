"""Questions that are none about sales: answered in a document's own words, with the place where they stand."""

from collections.abc import Mapping, Sequence, Set
from textwrap import shorten
from typing import Any, Final

from agent.base import Language
from agent.providers.offline.plan import Step
from agent.providers.offline.wording import Texts, say

SEARCH: Final = "search_documents"
_LONGEST_QUERY = 500  # characters
_SHOWN = 700  # characters of a passage

# What documents may well tell. What is to be changed or sent is refused whatever they say.
_TOPICS: Final = frozenset({"documents", "money", "stock", "margin", "commission"})

_CITED: Final[Texts] = {
    "pt": "Segundo **{document}**{place}: “{text}”",
    "en": "According to **{document}**{place}: “{text}”",
    "es": "Según **{document}**{place}: “{text}”",
}
_PLACES: Final[Mapping[str, Texts]] = {
    "file": {"pt": "anexo {}", "en": "attachment {}", "es": "adjunto {}"},
    "page": {"pt": "p. {}", "en": "p. {}", "es": "p. {}"},
    "sheet": {"pt": "planilha {}", "en": "sheet {}", "es": "hoja {}"},
    "row": {"pt": "linha {}", "en": "row {}", "es": "fila {}"},
    "line": {"pt": "linha {}", "en": "line {}", "es": "línea {}"},
    "clause": {"pt": "cláusula {}", "en": "clause {}", "es": "cláusula {}"},
}


def look_up(steps: Sequence[Step], text: str, tools: Set[str]) -> list[Step]:
    """One search instead, where nothing would be said but that the rules cannot answer. Pure."""
    if SEARCH not in tools or len(text.strip()) < 2 or not steps or not all(map(_is_for_documents, steps)):
        return list(steps)
    return [Step(SEARCH, {"query": " ".join(text.split())[:_LONGEST_QUERY]})]


def _is_for_documents(step: Step) -> bool:
    return step.say == "not_understood" or (step.say == "out_of_reach" and step.details.get("topic") in _TOPICS)


def cite(data: Mapping[str, Any], language: Language) -> str:
    """The best passage, if it answers."""
    passages = data.get("passages")
    best = passages[0] if isinstance(passages, Sequence) and passages else None
    if not data.get("answered") or not isinstance(best, Mapping):
        return say("documents_silent", language)
    text = shorten(str(best.get("text", "")), _SHOWN, placeholder=" [...]")
    place = _spell(best.get("place"), language)
    return _CITED[language].format(document=best.get("document", "?"), place=place, text=text)


def _spell(place: Any, language: Language) -> str:
    if not isinstance(place, Mapping):
        return ""
    return "".join(f", {_PLACES[name][language].format(place[name])}" for name in _PLACES if name in place)
