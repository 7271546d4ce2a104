"""What somebody of the company tells of a customer: rules over her own sentences, in Portuguese, English, Spanish.

Rather one too few than one too many, as in `agent.memory.reading`: what only seems so, is asked, or somebody else has
said is not told. Pure.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from agent.grounding.words.folding import fold_in_place
from agent.memory.customer_names import CustomerNames, Mention, words_of
from agent.memory.instructions import is_instruction
from agent.memory.rules import Found, Rule, is_name, is_proper, is_short, named
from agent.memory.sentences import Sentence, own_sentences
from agent.memory.told import Told, is_single
from agent.memory.wishes import topic_of
from agent.tools.whose_words import is_name as reads_like_a_name
from models.memory.customer_fact import NewCustomerFact

_MOST: Final = 8  # of one message
_WHO: Final = "@+"  # the customer's name is masked: rules need not know it
_SOMETIMES: Final = (
    r"(?:(?:agora|so|somente|apenas|sempre|tambem|ja|la|hoje|geralmente|normalmente|now|only|always|also|usually|mostly"
    r"|ahora|solo|solamente|siempre|tambien|ya|normalmente)\s+){0,3}"
)
_NO: Final = r"(?:nao|n|num|no|nunca|never|does not|doesn't|do not|don't|won't|will not)\s+"
_RECEIVES: Final = (
    r"(?:recebem?|(?:es)?tao? recebendo|receives?|(?:takes?|accepts?|wants?|needs?) deliver(?:y|ies)|reciben?"
    r"|aceitam? entregas?|aceptan? entregas?|esta[n]? recibiendo|quer(?:em)? (?:a |as )?entregas?"
    r"|quieren? (?:la |las )?entregas?)\b"
)
_REFUSES: Final = (
    r"(?:recebem?|aceitam?|quer(?:em)?|trabalham? com|receives?|receive|takes?|accepts?|reciben?|aceptan?)\b"
)
_ENDS: Final = re.compile(
    r"\s(?:e|and|y)\s(?:o|a|the|el|la|nao|no|so|only|solo|prefere|recebe|paga|fecha|abre|exige|quem|prefers|receives|pays"
    r"|closes|opens|requires|who|prefiere|cierra|requiere|quien|compra|aceita|gosta|el[ea]s?|seu|sua|buys|takes|accepts"
    r"|likes|is|its|their|they|recibe|acepta|su|comprador|compradora|buyer|don[oa]|duen[oa]|contato)\b|\s@"
)
_AND: Final = re.compile(
    r"\s*(?:[,;]\s*(?:(?:e|and|y|mas|but|pero)\s+)?|\s(?:e|and|y|mas|but|pero)\s+)(?=\S)", re.IGNORECASE
)  # but no "é"
# What is asked of us behind what was told: "..., e fecha o pedido".
_ASKED_OF_US: Final = re.compile(r"\w+\s+(?:o|os|um|uma|meus?|minhas?|the|an?|my|el|los|una?|mis?)\s")
_IS: Final = (
    r"(?:(?:agora|hoje|atualmente|now|ahora|actualmente)\s+)?(?:e|eh|passou a ser|virou|is|became|es|paso a ser)\s+"
    r"(?:(?:agora|now|ahora)\s+)?"
)
_OF: Final = (
    rf"\s+(?:person\s+)?(?:la\s+)?(?:d[oae]s?|n[oa]s?|at|of|for|from|del?|en)\s+(?:the\s+|la\s+|el\s+)?{_WHO}\s+{_IS}"
)
_ROLES: Final = {
    "buyer": r"(?:comprador|compradora|quem compra|buyer|comprador|quien compra)",
    "owner": r"(?:don[oa]|proprietari[oa]|owner|duen[oa])",
    "contact": r"(?:contato|quem (?:manda|decide|recebe|atende)"
    r"|responsavel|gerente|encarregad[oa]|contact|manager|contacto|responsable|encargad[oa])",
}
_CHANGED: Final = (
    rf"{_WHO}\s+(?:mudou|trocou|cambio) (?:de|o|a|el|la) {{role}}[,;]?\s+(?:e\s+|y\s+)?(?:agora|ahora)\s+(?:e|eh|es)\s+"
)
_THE: Final = r"(?:o|a|el|la)\s+"


def _is_value(found: Found) -> bool:
    """So short and plain that it carries no sentence of its own into anybody's prompt."""
    return len(found.folded) > 1 and reads_like_a_name(found.said)


def _is_person(found: Found) -> bool:
    return is_name(found) and is_short(found) and _is_value(found)


def _is_proper_person(found: Found) -> bool:
    return is_proper(found) and _is_value(found)


_ONLY: Final = r"(?:so|somente|apenas|sempre)"
_MONEY: Final = (
    r"(?:pix|boleto|dinheiro|cart\w+|vista|prazo|cheque|cash|cards?|credit|credito|contado|efectivo|tarjeta)\b"
)
_TALK: Final = (
    rf"(?:n[oa]|at|en)\s+{_WHO},?\s+(?:(?:tem|hay|e)\s+(?:que|q|pra)\s+)?(?:you\s+(?:have to|should)\s+)?"
    r"(?:(?:fal[ae]r?|trat[ae]r?|talk|speak|hablar?)\s+(?:so\s+)?(?:com|with|to|con)"
    r"|quem (?:recebe|manda|decide|atende)\s+(?:e|eh))\s+"
)


def _roles() -> Iterator[Rule]:
    """Behind an article a name may be written small: "é o joão", but neither "é chato" nor "is nice"."""
    for predicate, role in _ROLES.items():
        opens = rf"(?:{role}{_OF}|{_WHO}'s\s+(?:new\s+)?{role}\s+{_IS}|{_CHANGED.format(role=role)})"
        opens = rf"(?:{opens}|{_TALK})" if predicate == "contact" else opens
        yield from _persons(predicate, opens)


def _roles_behind() -> Iterator[Rule]:
    """Of whom was spoken of just before: "... e o comprador é o Caio"."""
    whose = r"(?:(?:o|a|the|el|la|its|their|seu|sua|su)\s+)?(?:(?:new|nov[oa]|nuev[oa])\s+)?"
    for predicate, role in _ROLES.items():
        opens = rf"{_WHO}\s+{whose}{role}\s+(?:(?:del[ea]s?|la|de la)\s+)?{_IS}"
        yield from _persons(predicate, opens)


def _persons(predicate: str, opens: str) -> Iterator[Rule]:
    yield named(predicate, re.compile(rf"{opens}{_THE}(?=\S)"), _is_person, "full")
    yield named(predicate, re.compile(rf"{opens}(?!{_THE})(?=\S)"), _is_proper_person, "full")


def _does(predicate: str, verb: str, *, is_shown: bool = True) -> Rule:
    """What a customer does. The verb stands in the value (`is_shown`), where the label does not say it."""
    opens = rf"{_WHO}[:,]?\s+(?:(?:el[ea]s?|they|she|he|el|ella|ellos)\s+)?"
    whole = rf"{opens}(?={_SOMETIMES}{verb}\s)" if is_shown else rf"{opens}{_SOMETIMES}{verb}\s+(?=\S)"
    return Rule(predicate, re.compile(whole), accepts=_is_value, ends=_ENDS)


_DEEDS: Final = (
    _does("receives", _RECEIVES),
    _does("refuses", rf"{_NO}{_SOMETIMES}{_REFUSES}"),
    _does("preference", r"(?:preferem?|prefers?|prefieren?|gostam? (?:mais )?d[eoa]s?|likes?)\b", is_shown=False),
    _does(
        "receives", r"mud(?:ou|aram) (?:o|os) (?:horario|dia)s? de (?:entrega|recebimento) (?:pra|para)", is_shown=False
    ),
    _does("payment", rf"(?:compram?|buys?|compran?) (?:no|em|com|a|por|by|with|on|con|en|de)(?= (?:o )?{_MONEY})"),
    _does(
        "payment", r"(?:pagam?|pays?|pagan?)\s+(?:\w+\s+)?(?:em|no|na|com|a|as|por|by|with|in|on|con|net|pix|boleto)\b"
    ),
    _does(
        "opening",
        r"(?:abrem?|fecham?|opens?|closes?|abren?|cierran?|(?:(?:es)?tao?|ficam?|esta[n]?) "
        r"(?:fechad|abert|cerrad|abiert)[oa]s?|is (?:closed|open)|(?:es)?tao? (?:em|de) (?:reforma|obras?|ferias))\b",
    ),
    _does("opening", rf"{_NO}{_SOMETIMES}(?:abrem?|opens?|open|abren?)\b"),
    _does(
        "requires",
        r"(?:exigem?|requires?|requieren?|precisam? de(?= (?:agendamento|nota|pedido))|exigen?)\b",
        is_shown=False,
    ),
)
# Not only where the customer's name opens the sentence.
_ANYWHERE: Final = (
    *_roles(),
    Rule("receives", re.compile(rf"\bentregas? n[oa]s? {_WHO},?\s+(?={_ONLY}\s)"), accepts=_is_value, ends=_ENDS),
)
_BEHIND: Final = tuple(_roles_behind())
_SINGLE: Final = frozenset({"receives", "payment", "buyer", "owner", "contact"})
_FROM_NOW_ON: Final = re.compile(r"\b(?:agora|passou a|now|ahora|paso a)\b")
# The customer stands at the beginning of what is said: "a Padaria Sol fecha", not "o frete da Padaria Sol fecha".
_BEFORE: Final = re.compile(
    r"(?:^|[,;:.!\n(-]\s*|\b(?:e|que|pois|mas|and|that|but|y|pero|porque|because|anot[ae]|note|guard[ea]|saiba|obs|nota"
    r"|lembr[ea]|remember|recuerda|olha|entao|(?:te|pra voce|lhe) (?:falar|contar|dizer|avisar)|avisar)\b"
    r"[\s,:]*(?:ai\b[\s,:]*)?(?:(?:que|that)\s+)?)"
    r"\s*(?:(?:o|a|os|as|the|el|la|los|las|cliente|customer)\s+)*$"
)
_UNSURE: Final = re.compile(
    r"\b(?:acho|achamos|parece|talvez|sera|dizem|ouvi|acredito|imagino|deve|quem sabe|i think|maybe|perhaps|apparently"
    r"|i heard|i guess|probably|might|creo|quiza|quizas|tal vez|supongo|oi que)\b"
)
_MAY_TELL: Final = re.compile(
    r"\b(?:receb|receiv|recib|deliver|aceit|accept|acept|quer|trabalh|prefe|prefi|paga|pays?\b|abre|fecha|open|clos|cierr"
    r"|ferias|manda|decide|atende|gosta|likes?\b|recibi|mudou|mudaram|entrega|fechad|abert|cerrad|reforma|obra|fal[ae]|trat[ae]|talk|speak|habl"
    r"|quier|want|need|exig|requi|precisa|compra|buyer|don[oa]\b|propriet|owner|duen|contat|contac|respons|gerente|manager|encarreg"
    r"|encarg|take)"
)


@dataclass(frozen=True, slots=True)
class ToldOfCustomers:
    """`unclear` are the names that one mention may be, where more than one customer is called so."""

    told: tuple[NewCustomerFact, ...] = ()
    unclear: tuple[str, ...] = ()


def may_tell_of_customers(text: str) -> bool:
    """Cheap; what follows needs the names."""
    return _MAY_TELL.search(fold_in_place(text)) is not None


def find_told_of_customers(text: str, names: CustomerNames) -> ToldOfCustomers:
    """In the order in which it was told; the last word on a thing counts."""
    found: dict[tuple[str, str, str], NewCustomerFact] = {}
    unclear: list[str] = []
    for sentence in own_sentences(text, names.is_name):
        if sentence.is_question or is_instruction(sentence.folded):
            continue
        mentions = names.find(sentence.said)
        bounds = [*(one.start for one in mentions), len(sentence.said)]
        for mention, until in zip(mentions, bounds[1:], strict=True):
            for told in _read_on(sentence, mention, until):
                if len(mention.customers) > 1:
                    unclear += mention.customers
                    continue
                one = as_new_of(mention.customers[0], told)
                found[one.customer, one.predicate, "" if one.is_single else one.value.casefold()] = one
    return ToldOfCustomers(tuple(found.values())[:_MOST], tuple(dict.fromkeys(unclear)))


def is_told(quote: str, value: str) -> bool:
    """Of words that somebody else has read: whether they state it, and so plainly as a rule would have it."""
    return not _UNSURE.search(fold_in_place(quote)) and reads_like_a_name(value)


def as_new_of(customer: str, told: Told) -> NewCustomerFact:
    alone = (
        told.predicate in _SINGLE or is_single(told.predicate) or bool(_FROM_NOW_ON.search(fold_in_place(told.value)))
    )
    return NewCustomerFact(customer, words_of(customer), told.predicate, told.value, told.quote, told.confidence, alone)


def _read_on(sentence: Sentence, mention: Mention, until: int) -> Iterator[Told]:
    """What is told of the customer, and what each clause behind that goes on to tell, up to the next one's name."""
    first = list(_read(sentence, mention))
    yield from first
    starts = [one.end() for one in _AND.finditer(sentence.said, mention.end, until)] if first else []
    for start in starts:
        clause = Sentence(f"@ {sentence.said[start:]}", f"@ {sentence.folded[start:]}")
        for told in _read_deeds(clause, (*_BEHIND, *_DEEDS)):
            is_asked = told.predicate == "opening" and _ASKED_OF_US.match(fold_in_place(told.value))
            if not is_asked and not any(told.value in one.value for one in first):
                yield replace(told, quote=sentence.said.strip())


def _read(sentence: Sentence, mention: Mention) -> Iterator[Told]:
    """Rules see nothing of the name but where it stands."""
    before = sentence.folded[: mention.start]
    masked = before + "@" * (mention.end - mention.start) + sentence.folded[mention.end :]
    hidden = Sentence(sentence.said, masked)
    if _UNSURE.search(before):
        return
    anywhere = [told for rule in _ANYWHERE for told in rule.read(hidden)]
    yield from anywhere
    if anywhere or not _BEFORE.search(before):
        return
    yield from _read_deeds(hidden, _DEEDS)


def _read_deeds(sentence: Sentence, rules: Iterable[Rule]) -> Iterator[Told]:
    for rule in rules:
        for told in rule.read(sentence):
            topic = topic_of(sentence.folded) if told.predicate == "preference" else ""
            yield replace(told, predicate=f"{told.predicate}:{topic}") if topic else told
