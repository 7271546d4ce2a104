"""Tells figures of the talk from those of the data: what is offered, advised or given as an example claims nothing."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from agent.grounding.claims import Claim

_MOST_OFFERED: Final = 100
_MOST_ENUMERATED: Final = 20
_CUE: Final = re.compile(
    r"\b(?:posso|podemos|poderia|consigo|quer|queres|quiser|gostaria|prefer\w+|que tal|me diga|me diz|diga|dizer"
    r"|pergunt\w+|respond[ae]|escolha|sugiro|sugest\w+|recomend\w+|proximos passos|algo como|por exemplo"
    r"|want (?:me|to|the|a)|would you|shall i|should i|i can|i could|what i can|let me|if you|if that|reply|choose"
    r"|tell me|suggest\w*|i'd|ask me|for example|e\.g\.|puedo|podria|quier\w+|prefier\w+|te sugiero|sugerencia\w*"
    r"|recomiendo|a disposicao|a disposicion|happy to|dime|elige|por ejemplo|te paso|te propongo|pruebe|prueba)\b"
)
_ADVICE: Final = re.compile(
    r"[ \t>*_-]*(?:(?:[-*•]|\d+[.)]|[a-z]\))[ \t*_]*)?"
    r"(?:retomar|ligar|oferecer|acompanhar|revisar|repetir|focar|priorizar|contatar|agendar|enviar|visitar|fechar"
    r"|cerrar|confirmar|ofrecer|llamar|reactivar|reativar|marcar|monitorar|conversar|negociar|pedir|call|offer|review"
    r"|visit|send|contact|follow up|schedule|focus)\s"
)
_NOUNS: Final = re.compile(
    r"formas|maneiras|jeitos|opcoes|ideias|dicas|sugestoes|passos|temas|topicos|pontos|perguntas|exemplos|caminhos"
    r"|digitos|caracteres|letras|numeros|destaques|ways|options|ideas|tips|suggestions|steps|topics|points|questions"
    r"|examples|things|digits|characters|highlights|numbers|consejos|pasos|preguntas|ejemplos|opciones|maneras|cifras"
)
_FACT: Final = re.compile(
    r"\b(?:foram|foi|vend(?:emos|eu|eram)|houve|tivemos|teve|temos|tem|fez|fizeram|comprou|fechou|were|was|sold|had|did"
    r"|bought|fueron|fue|vendimos|vendio|hubo|tuvimos|compro)\b"
)
_QUOTED: Final = re.compile(r"\"[^\"\n]{8,}\"|“[^”\n]{8,}”|«[^»\n]{8,}»")


def is_talk(claim: Claim, folded: str, bounds: tuple[int, int], beside: Sequence[Claim]) -> bool:
    """Of a count or a day that nobody has told: whether the sentence within `bounds` only offers or suggests it.

    Amounts and shares are claims wherever they stand, and so is what stands beside one.
    """
    if claim.kind == "date":
        return _is_quoted(claim, folded) or (_is_offered(claim, folded, bounds) and not _has_amount(beside))
    if claim.kind != "count" or claim.values[0] != claim.values[0].to_integral_value():
        return False
    if _NOUNS.fullmatch(claim.noun):
        return claim.values[0] <= _MOST_ENUMERATED
    if claim.values[0] > _MOST_OFFERED:
        return False
    if _is_quoted(claim, folded):
        return True
    return _is_offered(claim, folded, bounds) and not _has_amount(beside)


def _has_amount(claims: Iterable[Claim]) -> bool:
    return any(claim.kind in {"money", "percent", "multiple"} for claim in claims)


def _is_offered(claim: Claim, folded: str, bounds: tuple[int, int]) -> bool:
    start, end = bounds
    if claim.kind == "date" and folded.startswith("?", end - 1) and _CUE.search(folded, claim.end, end):
        return not _FACT.search(folded, start, end)  # "better to compare with 2025: shall I?"
    if cue := _CUE.search(folded, start, claim.start):
        return not _FACT.search(folded, cue.end(), claim.start)
    return bool(_ADVICE.match(folded, start, end))


def _is_quoted(claim: Claim, folded: str) -> bool:
    """ "Ask me for the top 10 of 2025": an example of what may be asked."""
    start = folded.rfind("\n", 0, claim.start) + 1
    stop = folded.find("\n", claim.end)
    line = _QUOTED.finditer(folded, start, stop if stop >= 0 else len(folded))
    return any(quoted.start() < claim.start < quoted.end() for quoted in line)
