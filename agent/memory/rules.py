"""Rules that read facts: the phrases that open one, as people write them, and what may stand behind them. Pure.

A phrase is written with its accents; `[so]` may be missing, `(one|other)` is either.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from agent.grounding.words.folding import fold_in_place
from agent.memory.sentences import Sentence
from agent.memory.told import Kind, Subject, Told

_NEGATED = re.compile(r"\b(?:nao|n|num|not|no|nunca|never|don't|dont|jamais|sem|nem|nor)\s+(?:\w+\s+)?$")
_CLAUSE_ENDS = re.compile(
    r"\s*(?:[,;!?()\n]|(?<!\bdr)(?<!\bsr)(?<!\bdra)(?<!\bsra)\.(?:\s|$)|:\s|\s-\s)"
    r"|\s(?:mas|but|pero|porque|because|pois|entao|obrigad[oa]|por favor|please|thanks|gracias|tudo bem|ta bom"
    r"|ta ok|ta certo|blz|beleza|anota (?:ai|isso|pra mim)|btw)\b"
    r"|\s(?:e|and|y)\s(?:eu|o meu|meu|minha|trabalho|prefiro|quero|preciso|sou|moro|me|nao|estou|fico|queria|gostaria"
    r"|voce|vc|my|i|i'm|we|our|mi|mis|trabajo|prefiero|quiero|necesito|soy|vivo|no|estoy|quanto|qual|how|what|cuanto"
    r"|cual)\b"
)
# Companies call themselves so: behind it stands where somebody works, and no surname.
FIRM_WORDS = (
    r"(?:padaria|mercado|mercearia|mercadinho|supermercado|hipermercado|emporio|restaurante|bar|lanchonete|pizzaria|loja"
    r"|lojas|empresa|grupo|distribuidora|distribuidor|comercial|industria|farmacia|drogaria|posto|hotel|pousada|atacado"
    r"|atacadao|casa|rede|cooperativa|construtora|transportadora|fabrica|tienda|panaderia|almacen|bodega|cia|companhia"
    r"|compania|doceria|confeitaria|acougue|cantina|cafe|cafeteria|quitanda|armazem|oficina|clinica|escola)"
)
_FIRM_WORD = re.compile(FIRM_WORDS)
_AFTER_A_NAME = (
    r"from|of the|at|na|no|aqui|here|aca|falando|mesmo|com|with|con|em|in|en|ha|for|desde|since|como|as|viu|ta|ok|e|and"
    r"|y)\b(?!\s+(?:filhos|filhas|irmaos|cia|sons|hijos|co)\b"
)
_NAME_ENDS = re.compile(rf"\s(?:da|do|de la|del|{_AFTER_A_NAME})")
_FULL_NAME_ENDS = re.compile(rf"\s(?:d[ao]|de la|del)(?=\s+{FIRM_WORDS}\b)|\s(?:{_AFTER_A_NAME})")
_FIRM_ENDS = re.compile(
    r"\s(?:from|at|na|no|aqui|here|com|with|con|em|in|en|ha|for|desde|since|como|as)\b|\s(?:e|y|and)\s(?=sou|soy|i )"
)
_MOST_WORDS = 6
_QUOTES = " \"'«»“”.-"


@dataclass(frozen=True, slots=True)
class Found:
    """A value as it was written, and folded."""

    said: str
    folded: str


Accepts = Callable[[Found], bool]


def phrases(*written: str) -> re.Pattern[str]:
    """Any of them, as a pattern over folded text."""
    return re.compile(rf"\b(?:{'|'.join(map(_as_pattern, written))})(?=\S)")


_PIECE = re.compile(r"\[([^\]]+)\]|\(([^)]+)\)|(\S+)")


def _as_pattern(written: str) -> str:
    """Each piece with the space behind it."""
    pattern = ""
    for optional, either, word in _PIECE.findall(fold_in_place(written)):
        spaced = (optional or either or word).replace(" ", r"\s+")
        pattern += rf"(?:(?:{spaced})\s+)" + ("?" if optional else "")
    return pattern


def is_denied(folded: str, start: int) -> bool:
    """Whether a "não" stands before what begins there."""
    return _NEGATED.search(folded[:start]) is not None


def is_any(found: Found) -> bool:
    return len(found.folded) > 1


@dataclass(frozen=True, slots=True)
class Rule:
    """`ends`, beside the end of the clause, is what a value does not reach over."""

    predicate: str
    opens: re.Pattern[str]
    kind: Kind = "profile"
    subject: Subject = "person"
    accepts: Accepts = is_any
    ends: re.Pattern[str] | None = None
    confidence: float = 0.9

    def read(self, sentence: Sentence) -> Iterator[Told]:
        """Not what is denied."""
        for match in self.opens.finditer(sentence.folded):
            if is_denied(sentence.folded, match.start()):
                continue
            end = self._end_of_value(sentence.folded, match.end())
            found = cut_out(sentence, match.end(), end)
            if self.accepts(found):
                quote = sentence.said.strip()
                yield Told(self.subject, self.predicate, found.said, self.kind, quote, confidence=self.confidence)

    def _end_of_value(self, folded: str, start: int) -> int:
        patterns = [_CLAUSE_ENDS] if self.ends is None else [_CLAUSE_ENDS, self.ends]
        matches = [match.start() for pattern in patterns if (match := pattern.search(folded, start + 1))]
        return min(matches, default=len(folded))


Extent = Literal["first", "full", "firm"]
_ENDS: Final[dict[Extent, re.Pattern[str]]] = {"first": _NAME_ENDS, "full": _FULL_NAME_ENDS, "firm": _FIRM_ENDS}


def named(predicate: str, opens: re.Pattern[str], accepts: Accepts, extent: Extent) -> Rule:
    """One whose value is a name: as one is called, with surnames ("Ana da Silva"), or a company's ("Casa do Pão")."""
    return Rule(predicate, opens, accepts=accepts, ends=_ENDS[extent])


def cut_out(sentence: Sentence, start: int, end: int) -> Found:
    """That part of the sentence, without quotation marks and stops around it."""
    said = sentence.said[start:end]
    kept = said.strip(_QUOTES)
    begin = start + said.find(kept) if kept else start
    return Found(kept, sentence.folded[begin : begin + len(kept)])


def is_firm_word(word: str) -> bool:
    """Whether companies call themselves so; folded."""
    return _FIRM_WORD.fullmatch(word) is not None


def is_short(found: Found) -> bool:
    return 0 < len(found.folded.split()) <= _MOST_WORDS


NO_NAMES: Final = frozenset(
    re.findall(
        r"\w+",
        """
        a as o os um uma the el la de do da que quem isso este esse aqui onde quando como muito bem mal volta novo
        later novamente back tomorrow today now asap when if at on in for to not please again directly me him her
        them us manana luego cuando al hoy despues mas tarde cedo amanha hoje depois agora outro outra vez segredo
        voce vc you meu my mi senhor senhora doutor cliente ninguem nobody todo todos qualquer responsavel
        importante urgente simples complicado so interessado interested busy sorry sure ready late happy tired
        curious glad fine ok good looking trying going still about also too very really just only por para sem com
        primeiro primeira unico unica mesmo mesma new first calling writing available afraid out off confirmando
        esperando aguardando not nada algo ruim dificil mejor peor it what how why este esta eso eles elas nos nossa
        nosso minha sobre ate uns umas cada tudo rapido urgent assim
        maybe talvez quizas quiza anytime sempre siempre always
        los las quanto quanta quantos quantas cuanto cuanta cuantos cuantas qual quais cual cuales which who
        every each daily weekly diario diariamente
        """,
    )
)


def is_name(found: Found) -> bool:
    """However it is written."""
    words = found.folded.split()
    return is_short(found) and not NO_NAMES.intersection((words[0], words[-1])) and words[0][:1].isalpha()


def is_proper(found: Found) -> bool:
    """Written like a name: elsewhere the same words say something else."""
    words = found.said.split()
    if not is_short(found) or not words[0][:1].isupper():
        return False
    return found.folded.split()[0] not in NO_NAMES or (len(words) > 1 and words[1][:1].isupper())
