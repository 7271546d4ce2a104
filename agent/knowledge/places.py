"""Where in a document something stands, in the words of the person who is to look it up."""

import re
from collections.abc import Mapping
from typing import Any, Final

from models.language import Language, Texts

_SAYS_SO: Final = re.compile(r"cl[áa]us|art\b|artigo|article|art[íi]culo|se[cç]|section|par[áa]gr|§", re.IGNORECASE)
_PLACES: Final[Mapping[str, Texts]] = {
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
    return "".join(f", {_spell(name, str(place[name]), language)}" for name in _PLACES if name in place)


def _spell(name: str, label: str, language: Language) -> str:
    return label if name == "clause" and _SAYS_SO.match(label) else _PLACES[name][language].format(label)
