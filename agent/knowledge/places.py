"""Where in a document something stands, in the words of the person who is to look it up."""

from collections.abc import Mapping
from typing import Any, Final

from models.language import Language

_PLACES: Final[Mapping[str, Mapping[Language, str]]] = {
    "file": {"pt": "anexo {}", "en": "attachment {}", "es": "adjunto {}"},
    "page": {"pt": "p. {}", "en": "p. {}", "es": "p. {}"},
    "sheet": {"pt": "planilha {}", "en": "sheet {}", "es": "hoja {}"},
    "row": {"pt": "linha {}", "en": "row {}", "es": "fila {}"},
    "line": {"pt": "linha {}", "en": "line {}", "es": "línea {}"},
    "clause": {"pt": "cláusula {}", "en": "clause {}", "es": "cláusula {}"},
}


def spell_place(place: Any, language: Language) -> str:
    """`, p. 3, cláusula 5`, to follow the name of the document; empty where nothing is known. Pure."""
    if not isinstance(place, Mapping):
        return ""
    return "".join(f", {_PLACES[name][language].format(place[name])}" for name in _PLACES if name in place)
