""" "atualizar", "refresh", "actualizar": the wish for an answer that is made anew. Pure."""

import re
from dataclasses import dataclass
from typing import Final

_WORD: Final = r"(?:atualizar|atualiza|atualize|refresh|actualizar|actualiza|actualice)"
_PLEASE: Final = r"(?:por favor|pfv|please|pls|ai|aí)"
_ALONE: Final = re.compile(rf"\W*(?:{_PLEASE}\W+)?{_WORD}(?:\W+{_PLEASE})?\W*", re.IGNORECASE)
_FIRST: Final = re.compile(rf"\W*{_WORD}\s*[:,;.\-–—!\n]\s*(?=\S)", re.IGNORECASE)
_ASKS: Final = r"(?:quant[oa]s?|qual|quais|quem|how|what|which|who|cu[aá]nt[oa]s?|cu[aá]l(?:es)?|qui[eé]n(?:es)?|top)\b"
_UPON: Final = re.compile(rf"\W*{_WORD}\s+(?=¿?{_ASKS})", re.IGNORECASE)
_LAST: Final = re.compile(rf"(?<=[\w?!.…)])\s*(?:[,;:\n(\-–—]|(?<=[?!.…])\s)\s*{_WORD}\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RefreshWish:
    """`question` is the text without the wish: empty where it stood alone."""

    is_wished: bool
    question: str

    @property
    def is_alone(self) -> bool:
        return self.is_wished and not self.question


def read_refresh(text: str) -> RefreshWish:
    """The word stands alone, or before or after the question behind a mark, or before what plainly asks:
    "atualizar o preço" is no such wish."""
    if _ALONE.fullmatch(text):
        return RefreshWish(True, "")
    for place in (_FIRST, _UPON, _LAST):
        if match := place.search(text) if place is _LAST else place.match(text):
            return RefreshWish(True, (text[: match.start()] + text[match.end() :]).strip())
    return RefreshWish(False, text)
