"""Which facts a person means when she says which to forget or to correct. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from agent.grounding.words.folding import fold_in_place
from models.memory.fact import KnownFact

_NAMES: Final = {
    "name": r"nome|name|nombre",
    "nickname": r"apelido|nickname|apodo|me chamo de|me chamem",
    "company": r"empresa|loja|company|shop|store|tienda",
    "role": r"funcao|cargo|role|job|puesto",
    "city": r"cidade|city|ciudad|endereco|moro",
    "birthday": r"aniversario|birthday|cumpleanos",
    "email": r"e-?mail|correo",
    "phone": r"telefone|celular|numero|whats\w*|phone|number|telefono|movil",
    "cnpj": r"cnpj",
    "preference": r"preferencias?|prefiro|preferences?|prefer|prefiero",
    "dislike": r"nao gosto|don't like|no me gusta",
    "reminder": r"lembretes?|reminders?|recordatorios?",
    "deadline": r"prazos?|deadlines?|plazos?",
    "works_with": r"trabalho com|work with|trabajo con",
    "main_customer": r"cliente principal|principal cliente|main customer|maior cliente",
    "usual_quantity": r"quantidades?|quantity|cantidad",
    "decision": r"decisao|decisoes|decision|decisiones",
    "objection": r"objecao|objection|objecion",
}
_IS_NOT: Final = r"(?:o certo )?(?:nao (?:e|eh|sou|me chamo)|it'?s not|it is not|i'?m not|not|no (?:es|soy|me llamo))"
_BUT: Final = r"(?:,? (?:e sim|mas sim|mas|but|sino)|,|;)\s*"
_IS: Final = r"(?:(?:e|eh|sou|it'?s|it is|i'?m|es|soy|me chamo|me llamo) )?"
_SAYS_INSTEAD: Final = re.compile(rf"{_IS_NOT} (?P<old>.{{2,80}}?){_BUT}{_IS}(?P<new>.{{2,120}})")


def find_meant(words: str, facts: Sequence[KnownFact]) -> list[KnownFact]:
    """Those whose value she says; else those of the kind she names."""
    folded = fold_in_place(words)
    by_value = [fact for fact in facts if fold_in_place(fact.value) in folded]
    if by_value:
        return by_value
    return [fact for fact in facts if re.search(rf"\b(?:{_names_of(fact)})\b", folded)]


def names_a_kind(words: str) -> bool:
    """Whether she names something that memory could hold."""
    folded = fold_in_place(words)
    return any(re.search(rf"\b(?:{names})\b", folded) for names in _NAMES.values())


def find_replaced(words: str, facts: Sequence[KnownFact]) -> tuple[KnownFact, str] | None:
    """ "Não é A, é B": the one fact that says A, and B."""
    match = _SAYS_INSTEAD.fullmatch(fold_in_place(words))
    if match is None:
        return None
    old, new = match["old"].strip(" «»\"'"), words[slice(*match.span("new"))].strip(" «»\"'.")
    meant = [fact for fact in facts if fold_in_place(fact.value) == old]
    return (meant[0], new) if len(meant) == 1 and new else None


def _names_of(fact: KnownFact) -> str:
    return _NAMES.get(fact.predicate.partition(":")[0], re.escape(fact.predicate))
