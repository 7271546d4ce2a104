"""Whether a reply says whose words a figure is from: what a third party wrote is told as theirs, or not at all."""

import re
from collections.abc import Iterable
from typing import Final

_SAID_BY: Final = re.compile(
    r"\b(?:segundo (?!semestre|trimestre|lugar|colocado)|conforme|de acordo com|consta|according to|as per|per the"
    r"|per your|segun|de acuerdo con|diz|dizem|says?|said|dicen?|afirma|afirmam|informa|informam|menciona\w*"
    r"|mentions?|states?|indica\w*|escreveu|wrote|escribio|pede|pediu|asks?|pide|oferece\w*|offers?|ofrece\w*|propoe"
    r"|e-?mails?|mensage[mn]s?|messages?|mensajes?|encaminhad\w*|forwarded|reenviad\w*|correo|site|website|pagina"
    r"|page|sitio|anexo|attachment|adjunto|cita\w*|quotes?|quoted|transcri\w+|audio|documento?s?|documents?|politica"
    r"|policy|contrato|contract)\b"
)
_SOURCE: Final = re.compile(r"^[ \t>*_(\[-]*(?:fontes?|sources?|fuentes?)\s*:", re.MULTILINE)
_WORD: Final = re.compile(r"[^\W_]{5,}")


class Attribution:
    """Of one reply, folded. `sources` are what tools call themselves and where their results come from."""

    def __init__(self, folded: str, sources: Iterable[str]) -> None:
        self._folded = folded
        self._sources = frozenset(word for source in sources for word in _WORD.findall(source))
        self._has_source_line = bool(_SOURCE.search(folded))

    def covers(self, start: int, end: int) -> bool:
        """Whether the sentence names who said it, or the paragraph it stands in began so."""
        if self._has_source_line:
            return True
        begin = self._folded.rfind("\n\n", 0, start) + 1
        words = self._folded[begin:end]
        return bool(_SAID_BY.search(words)) or not self._sources.isdisjoint(_WORD.findall(words))
