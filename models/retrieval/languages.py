"""Which language a text is written in, by the small words and endings that only one of the three has."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Final

# As they are written, and without accents where no other language has that word. Heads of columns stand among them, for
# price lists have hardly anything else.
_ONLY: Final = {
    "pt": """
        não nao são uma um da dos das pelo pela pelos pelas você voce vocês voces à às ao aos com em na nas nos os
        também tambem até já é seu sua seus suas ou mais foi pode podem deve devem nosso nossa após sem há são
        depois dias preço preços produto produtos quantidade unidade descrição
    """,
    "es": """
        el los las una y del al con en lo su sus es más pero son también hasta puede pueden debe deben nuestro nuestra
        usted ustedes hay sin muy si después días día precio precios producto productos cantidad unidad descripción
    """,
    "en": """
        the of and to is are in for with this that you your we our or by be will not from on if it at have has must may
        within days price prices product products quantity unit description
    """,
}
_LANGUAGE_OF: Final = {word: language for language, words in _ONLY.items() for word in words.split()}
_MARKS: Final = {  # of words that stand in no list
    "pt": re.compile(r"[ãõ]|ç[aeou]|nh[aeo]s?$|lh[aeo]s?$"),
    "es": re.compile(r"ñ|ci[óo]n(?:es)?$"),
    "en": re.compile(r"(?:tion|ing|ty|ed)s?$"),
}
_WORD = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 20_000  # that are looked at: nobody changes the language after thirty pages
_LEAST = 3  # that speak for a language
_MARGIN = 2  # times as many as for any other


def read_language(texts: Iterable[str]) -> str:
    """`pt`, `en` or `es`; empty where too little tells, or two languages are mixed. Pure."""
    words = (word for text in texts for word in _WORD.findall(text.casefold()))
    seen = Counter(islice(words, _MOST_WORDS))
    votes = Counter(dict.fromkeys(_ONLY, 0))
    for word, count in seen.items():
        if language := _LANGUAGE_OF.get(word) or _marked(word):
            votes[language] += count
    (best, most), (_, next_most), _ = votes.most_common()
    return best if most >= _LEAST and most >= _MARGIN * next_most else ""


def _marked(word: str) -> str:
    return next((language for language, marks in _MARKS.items() if marks.search(word)), "")
