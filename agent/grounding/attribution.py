"""Whether a reply says whose words a figure is from: what a third party wrote is told as theirs, or not at all."""

import re
from collections.abc import Iterable
from typing import Final

_WRITING: Final = (
    r"e-?mails?|correos?|mensage[mn]s?|messages?|mensajes?|site|website|sitio|paginas?|page|anexos?|attachment|adjunto"
    r"|documentos?|documents?|politica|policy|contratos?|contract|audio|transcri\w+|cita\w*|quotes?"
)
# They cover what follows in their paragraph, too.
_REPORTED: Final = re.compile(
    r"\b(?:segundo(?!\W+(?:semestre|trimestre|lugar|colocado))"
    r"|conforme|de acordo com|according to|as per|per (?:the|your)"
    r"|segun|de acuerdo con|consta|diz|dizem|disse|says?|said|dicen?|dijo|afirmam?|informam?|menciona\w*|mentions?"
    r"|states?|stated|indica\w*|escreveu|wrote|escribio|encaminhad\w*|forwarded|reenviad\w*|quoted|citad\w*"
    r"|(?:n[oa]s?|pel[oa]s?|in (?:the|your|his|her)|on the|from the|en (?:el|la|su)) (?:(?:seu|sua) )?"
    rf"(?:{_WRITING}))\b"
)
# What is asked or offered may be said of a person in passing: it covers its own clause alone.
_ASKED: Final = re.compile(
    r"\b(?:pede|pedem|pediu|pediram|asks?|asked|pide|pidio|oferecem?|ofereceu|offers?|offered|ofrecen?|ofrecio|propoe"
    r"|propos|proposes?|proposed|propone|propuso)\b"
)
_CLAUSE_ENDS: Final = re.compile(r"[;!?\n]|\.\s|,? (?:e|mas|and|but|y|pero) ")
_WRITTEN: Final = re.compile(rf"\b(?:{_WRITING})\b")
_SOURCE: Final = re.compile(
    r"(?:^|[.!?;)(\[]\s|[(\[])[ \t>*_(\[-]{0,8}(?:fontes?|sources?|fuentes?)[*_]*\s*:(.*)", re.MULTILINE
)
_WORD: Final = re.compile(r"[^\W_]{5,}")


class Attribution:
    """Of one reply, folded. `sources` are what third parties' tools call themselves, and where results are from."""

    def __init__(self, folded: str, sources: Iterable[str]) -> None:
        self._folded = folded
        self._sources = frozenset(word for source in sources for word in _WORD.findall(source))
        lines = [line[1] for line in _SOURCE.finditer(folded)]
        self._is_sourced = any(self._names_source(line) or _WRITTEN.search(line) for line in lines)

    def covers(self, place: int, sentence: tuple[int, int]) -> bool:
        """Whether the sentence of the figure names who said it, its paragraph began so, or the reply ends so."""
        start, end = sentence
        words = self._folded[self._folded.rfind("\n\n", 0, start) + 1 : end]
        if self._is_sourced or _REPORTED.search(words) or self._names_source(words):
            return True
        return bool(_ASKED.search(_CLAUSE_ENDS.split(self._folded[start:place])[-1]))

    def _names_source(self, words: str) -> bool:
        return not self._sources.isdisjoint(_WORD.findall(words))
