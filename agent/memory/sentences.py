"""A person's text in sentences that may be read for facts: what is quoted, supposed or said by others is none."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.grounding.words.folding import Sentences, fold_in_place
from agent.memory.pasting import mask_others

_LONGEST_TEXT = 4_000  # characters; beyond that somebody has pasted something
_QUOTED_LINE = re.compile(r"^[ \t]*(?:>|\|).*$", re.MULTILINE)
_QUOTATION = re.compile(r"[«“\"][^«»“”\"\n]{1,2000}[»”\"]|(?<!\w)'[^'\n]{12,500}'(?!\w)")
_MANY_WORDS = 4  # a quotation of so many is somebody's sentence; a shorter one is a name

# Others speak, or the sentence only supposes: nothing in it is told of herself.
_OTHERS_SPEAK = re.compile(
    r"\b(?:ele|ela|eles|elas|cliente|clientes|comprador|compradora|fornecedor|gerente|chefe|colega|vendedor|vendedora"
    r"|pessoal|mensagem|email|e-mail|texto|documento|contrato|site|he|she|they|customer|client|buyer|supplier|boss"
    r"|colleague|message|document|el|ella|ellos|proveedor|jefe|mensaje)"
    r"(?: \w+){0,3} (?:me |te |nos )?(?:disse|diz|dizem|disseram|falou|falaram|fala|escreveu|escreve|pediu|perguntou"
    r"|respondeu|mandou|comentou|informou|said|says|told|wrote|writes|asked|replied|dijo|dice|dicen|dijeron|escribio"
    r"|pidio|pregunto|respondio|comento)\b"
    r"|\b(?:segundo|conforme|de acordo com|according to|segun)\b"
    r"|\b(?:disse|escreveu|respondeu|said|wrote|dijo|escribio)\s*(?:que\b|:|that\b)"
    r"|^\s*(?:\w+\s){0,3}(?:disse|falou|escreveu|dijo|said|wrote)\b"
)
_SUPPOSED = re.compile(
    r"^\W*(?:e |y |and )?(?:se|caso|if|suppose|imagine|imagina|supon|suponha|suponhamos|por exemplo|for example"
    r"|por ejemplo|exemplo|ex|si|finja|faz de conta|pretend)\b"
)

_NOD = re.compile(r"[\s,](?:ok|okay|ta|ta bom|viu|blz|beleza|combinado)\s*\?[\s\"'»”)]*$")
_LAUGHS = re.compile(r"\bk{3,}\b|\b(?:rs){2,}\b|\b(?:h[aeu]){2,}h?\b|\b(?:j[aei]){2,}j?\b|\blol\b|\blmao\b|[😂🤣😹]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`folded` is as long as `said`, without case and accents: a place in the one is the same place in the other."""

    said: str
    folded: str

    @property
    def is_question(self) -> bool:
        """ "Pode me chamar de Nanda, ok?" only waits for a nod."""
        ends = self.said.rstrip(" \"'»”)").endswith("?") and not _NOD.search(self.folded)
        return ends or "¿" in self.said


def own_sentences(text: str, is_topic: Callable[[str], bool] = lambda words: False) -> Iterator[Sentence]:
    """Those in which she may be speaking of herself, in order; `is_topic` tells of the words before a colon that they
    name what she speaks of, and nobody who speaks. Pure."""
    text = text[:_LONGEST_TEXT]
    masked = _QUOTATION.sub(_mask, mask_others(_QUOTED_LINE.sub(_blank, text), is_topic))
    bounds = Sentences(masked)
    for index in range(bounds.index(len(masked)) + 1):
        start, end = bounds.bounds(index)
        folded = fold_in_place(masked[start:end])
        if len(folded) == end - start and folded.strip() and not _is_others(folded):
            yield Sentence(text[start:end], folded)


def _is_others(folded: str) -> bool:
    """And what is said with a laugh."""
    return any(pattern.search(folded) for pattern in (_OTHERS_SPEAK, _SUPPOSED, _LAUGHS))


def _mask(match: re.Match[str]) -> str:
    """A name keeps its letters; a whole sentence goes."""
    inner = match[0][1:-1]
    return f" {inner} " if len(inner.split()) < _MANY_WORDS else _blank(match)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
