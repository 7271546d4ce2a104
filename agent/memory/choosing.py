"""Which facts a person means when she says which to forget or to correct. Pure."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from agent.grounding.words.folding import fold_in_place
from agent.memory.customer_names import CustomerNames
from agent.memory.instructions import is_instruction
from agent.memory.rules import Found, is_name
from agent.periods import find_periods
from agent.periods.words import tokens_of
from agent.providers.offline.lexing import is_common
from agent.providers.offline.names import Names
from models.catalogue import Catalogue
from models.memory.fact import KnownFact

_NAMES: Final = {
    "name": r"nome|name|nombre",
    "nickname": r"apelido|nickname|apodo|me chamo de|me chamem",
    "company": r"empresa|loja|company|shop|store|tienda",
    "role": r"funcao|cargo|role|job|puesto",
    "city": r"cidade|city|ciudad|endereco|moro|where i live|donde vivo",
    "territory": r"regiao|zona|territory|region",
    "boss": r"gerente|chefe|manager|boss|jefe",
    "schedule": r"horarios?|working hours|schedule",
    "plan": r"compromissos?|visitas?|appointments?|visits?|compromisos?",
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
# Whose value is what somebody is called by.
NAMED: Final = frozenset({"name", "nickname", "boss"})
_NO_NAMES: Final = frozenset(
    re.findall(
        r"\w+",
        """verdade mentira certo certa errado errada correto correta isso isto sim serio brincadeira engano igual assim
        true false right wrong correct that this yes joke same cierto cierta falso falsa correcto incorrecto eso si
        broma igual verdad ela ele eu dela dele""",
    )
)
_INSIDE: Final = frozenset({"da", "das", "de", "del", "do", "dos", "e", "la", "y"})  # of a name
_IS_NOT: Final = r"(?:o certo )?(?:nao (?:e|eh|sou|me chamo)|it'?s not|it is not|i'?m not|not|no (?:es|soy|me llamo))"
_BUT: Final = r"(?:,? (?:e sim|mas sim|mas|but|sino)|,|;)\s*"
_IS: Final = r"(?:(?:e|eh|sou|it'?s|it is|i'?m|es|soy|me chamo|me llamo) )?"
_SAYS_INSTEAD: Final = re.compile(rf"{_IS_NOT} (?P<old>.{{2,80}}?){_BUT}{_IS}(?P<new>.{{2,120}})")


def find_meant(words: str, facts: Sequence[KnownFact]) -> list[KnownFact]:
    """Those whose value she says; else those of the kind she names. How she is called is a name, where none stands."""
    folded = fold_in_place(words)
    by_value = [fact for fact in facts if fold_in_place(fact.value) in folded]
    if by_value:
        return by_value
    of_kind = [fact for fact in facts if re.search(rf"\b(?:{_names_of(fact)})\b", folded)]
    is_called = re.search(rf"\b(?:{_NAMES['name']})\b", folded)
    return of_kind or [fact for fact in facts if is_called and fact.predicate == "nickname"]


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


def may_stand_instead(words: str, today: date) -> bool:
    """Whether a name is said behind "na verdade é": days and what is measured are asked for, and orders are none."""
    said = Found(words, fold_in_place(words))
    is_asked = find_periods(words, today) or any(is_common(word) for word in said.folded.split() if word not in _INSIDE)
    is_word = not _NO_NAMES.isdisjoint(said.folded.split())
    return is_name(said) and not is_asked and not is_word and not is_instruction(words)


def names_known(words: str, known: Catalogue, own: str | None = None) -> bool:
    """Whether they name a customer, a product or a salesperson, but for her `own` name among them. "Maria Lima" is not
    the Empório Lima."""
    folded = fold_in_place(words).strip()
    if any(fold_in_place(one) == folded for one in known.salespeople if one != own):
        return True
    things = Names(Catalogue(products=known.products, categories=known.categories), is_common)
    tokens = tokens_of(words)
    is_thing = any(hit.first == 0 and hit.last == len(tokens) - 1 for hit in things.find(tokens))
    return is_thing or CustomerNames(known.customers).is_name(words)


def _names_of(fact: KnownFact) -> str:
    return _NAMES.get(fact.predicate.partition(":")[0], re.escape(fact.predicate))
