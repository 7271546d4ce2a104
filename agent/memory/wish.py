"""What a person asks of her memory in plain words - show it, correct it, forget it - read by code. Pure.

Only whole messages count: in the middle of a question the same words are for the assistant.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from agent.grounding.words.folding import fold_in_place

WishKind = Literal["show", "correct", "forget", "forget_all", "forget_all_sure", "forget_customer", "amend"]
_LONGEST = 300  # characters

_PLEASE: Final = r"(?:(?:por favor|please|oi|ok|entao|ah|hey|hola|opa),? )*"
_THANKS: Final = r"(?:,? (?:por favor|pfv|please|pls|gracias|obrigad[oa]|viu|ta|ta bom|ai|blz))*"
# "Forget about it" says "never mind".
_FORGET: Final = (
    r"(?:(?:(?:voce |vc )?pode(?:ria)?|can you|could you|puedes?|podrias|quero que (?:voce|vc)) )?(?:esquec[ae](?: de)?"
    r"|esquecer(?: de)?|apag(?:a|ue|ar)|forget(?: about(?! (?:it|that|this)\b))?|delete|erase"
    r"|olvid(?:[ae]|ar)|olvid(?:ate|arte|ese) de|borr(?:[ae]|ar))"
)
_WHAT: Final = r"(?:(?:o )?q(?:ue)?|oq|o q)"
_SHOW: Final = (
    r"(?:e |me (?:diga|fala|fale|mostra|mostre) (?:ai )?|tell me |show me |dime )?(?:"
    rf"{_WHAT} (?:e que )?(?:voce|vc|ce|tu) (?:ja )?(?:sabe|lembra|guardou|guarda|anotou|tem guardado|tem anotado"
    r"|tem salvo|tem) (?:sobre|de|a respeito de) mim"
    r"|(?:voce|vc|ce) (?:se )?lembra (?:de mim|d[oe] (?:que )?(?:eu )?(?:ja )?(?:te |lhe )?(?:contei|disse|falei)"
    r" (?:sobre|de) mim)"
    r"|qual (?:e |eh )?(?:o |a )?(?:meu|minha) (?:email|e-mail|telefone|celular|aniversario|cidade|regiao|apelido)"
    r"|onde (?:e que )?(?:eu )?moro|where do i live|donde vivo"
    r"|wh?at (?:do|did) (?:you|u) (?:know|remember) (?:about|abt) (?:me|myself)"
    r"|(?:o )?que sabe (?:sobre|de) mim|quais (?:sao )?(?:os )?(?:meus dados|dados meus)(?: (?:voce|vc) tem)?"
    r"|what (?:do|did|have) you (?:know|remember|stored?|saved?|kept|keep|got)(?: on| about) me"
    r"|(?:quais|que) (?:sao )?(?:as )?minhas preferencias|qual (?:e )?(?:o )?meu nome|o que (?:eu )?(?:ja )?(?:te|lhe)"
    r" (?:contei|disse|falei) (?:sobre|de) mim"
    r"|what(?: are|'s| is) my (?:preferences|name)|what (?:did|have) i (?:tell|told) you about (?:me|myself)"
    r"|cual(?:es)? (?:es|son) (?:mi nombre|mis preferencias)|que te (?:dije|conte) (?:de|sobre) mi"
    r"|(?:que|lo que) (?:sabes|recuerdas|tienes guardado|guardaste|sabe usted) (?:de|sobre|acerca de) mi)"
)
_FORGET_ALL: Final = (
    rf"{_FORGET} (?:tudo|everything|todo)(?: (?:o )?que (?:voce|vc) sabe| you know| lo que sabes)?"
    r" (?:sobre mim|de mim|about me|sobre mi|de mi|acerca de mi)"
)
_SURE: Final = (
    r"(?:sim|confirmo),? (?:esquec[ae]|apag(?:a|ue)) tudo|(?:yes|confirm),? (?:forget|delete) everything"
    r"|(?:si|confirmo),? (?:olvid[ae]|borr[ae]) todo"
)
_NUMBER: Final = r"(?:o |a |el |la |the )?(?:n(?:umero|umber|º|o)?\.? ?|item |#)?(?P<number>\d{1,3})"
_THAT: Final = (
    r"(?:isso|isto|disso|disto|o que (?:eu )?(?:acabei de )?(?:disse|falei|dizer|falar)|that|this|it|what i (?:just )?"
    r"(?:said|told you)|eso|esto|lo que (?:te )?dije)"
)
_MINE: Final = (
    r"(?P<words>(?:(?:o )?meu|(?:a )?minha|os meus|as minhas|(?:de )?que eu|que|my|that|mi|mis|que yo) .{2,80}"
    r"|onde (?:eu )?moro|where i live|donde vivo)"
)
_OF_CUSTOMER: Final = (
    rf"{_FORGET} (?:tudo|everything|todo)?\s*(?:(?:o )?que (?:voce|vc) sabe|(?:lo )?que (?:sabes|te dije|te conte)"
    r"|(?:o )?que (?:eu )?(?:te )?(?:disse|contei|falei)|(?:what|everything)? ?(?:you know|i (?:told you|said)))?"
    r" (?:sobre|de|do|da|dos|das|a respeito d[eoa]|about|acerca de|del) (?!mim$|mi$|me$)(?P<words>.{2,80})"
)
_PATTERNS: Final[tuple[tuple[WishKind, re.Pattern[str]], ...]] = (
    ("show", re.compile(rf"{_PLEASE}{_SHOW}{_THANKS}")),
    ("forget_all_sure", re.compile(_SURE)),
    ("forget_all", re.compile(rf"{_PLEASE}{_FORGET_ALL}{_THANKS}")),
    ("forget", re.compile(rf"{_PLEASE}{_FORGET} (?:{_THAT}|{_NUMBER}|{_MINE}){_THANKS}")),
    ("forget_customer", re.compile(rf"{_PLEASE}{_OF_CUSTOMER}")),
    (
        "correct",
        re.compile(
            r"(?:por favor,? |please,? )?(?:corrij[ae]|corrig[ea]|corrigir|correcao|correct|correction|correccion)"
            rf"(?: {_NUMBER})?\s*(?::|,| para| to| por)\s*(?P<words>.{{2,250}})"
        ),
    ),
)
_AMENDS: Final = re.compile(
    r"(?:(?:(?:nao|no)[,:]|(?:na verdade|alias|errei|ops|desculpa|desculpe|perdao|quer dizer|corrigindo|actually|sorry"
    r"|oops|i mean|en realidad|perdon|quise decir|me equivoque)[,:]?) )+(?:e|eh|it's|its|it is|she's|he's|es) "
    r"(?:(?:o|a|the|el|la) )?(?P<words>\w[^,;:?!]{1,60})"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """`number` is that of a fact in the list she was shown; `words` name or correct one, as she wrote them."""

    kind: WishKind
    words: str = ""
    number: int | None = None


def read_wish(text: str) -> Wish | None:
    """None for whatever says more, or something else: it is for the assistant."""
    said = " ".join(text.split())
    if len(said) > _LONGEST:
        return None
    bare = said.rstrip(" .!?").lstrip("¿¡ ")
    folded = fold_in_place(bare)
    for kind, pattern in _PATTERNS:
        if (match := pattern.fullmatch(folded)) is not None:
            groups = match.groupdict()
            number = int(groups["number"]) if groups.get("number") else None
            words = bare[slice(*match.span("words"))] if groups.get("words") else ""
            return Wish(kind, words, number)
    if (amended := _AMENDS.fullmatch(folded)) is not None:
        return Wish("amend", bare[slice(*amended.span("words"))])
    return None
