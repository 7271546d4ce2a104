"""A mailbox that a person wants to be known by, and the code by which she proves that it is hers. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from agent.grounding.words.folding import fold_in_place
from models.language import Language, Texts

_MAILBOX: Final = r"(?P<mailbox>[a-z0-9._%+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})"
_ASKS: Final = re.compile(
    r"(?:por favor,? |please,? )?(?:vincul[ae]r?|confirm[ae]r?|lig(?:a|ue|ar)|verifi(?:car|que|ca)|link|confirm|verify"
    rf"|vincular|verificar) (?:o )?(?:meu|my|mi) (?:e-?mail|correo)(?: e| is| es)?:? {_MAILBOX}[ .!]*"
)
_CODE: Final = re.compile(r"(?:(?:o |meu |my |mi |the |el )?(?:codigo|code)(?: e| is| es)?:? )?(?P<code>\d{6})[ .!]*")
_TEXTS: Final[dict[str, Texts]] = {
    "sent": {
        "pt": "Enviei um código de seis dígitos para {mailbox}. Escreva-o aqui em até {minutes} minutos.",
        "en": "I sent a code of six digits to {mailbox}. Write it here within {minutes} minutes.",
        "es": "Envié un código de seis dígitos a {mailbox}. Escríbalo aquí en {minutes} minutos como máximo.",
    },
    "too_many": {
        "pt": "Já enviei códigos demais. Tente de novo mais tarde.",
        "en": "I have sent too many codes already. Try again later.",
        "es": "Ya envié demasiados códigos. Inténtelo más tarde.",
    },
    "no_mail": {
        "pt": "Por aqui não consigo enviar e-mails. Para ligar esta caixa a você, peça a quem administra o Recado.",
        "en": "I cannot send mail here. To have this mailbox linked to you, ask whoever runs Recado.",
        "es": "Aquí no puedo enviar correos. Para vincular este buzón a usted, pídalo a quien administra Recado.",
    },
    "mail": {
        "pt": "Alguém que conversa com {company} diz que esta caixa é sua. Se foi você, escreva este código na "
        "conversa:\n\n**{code}**\n\nSe não foi você, ignore esta mensagem: sem o código nada acontece.",
        "en": "Somebody who talks with {company} says that this mailbox is theirs. If it was you, write this code in "
        "that conversation:\n\n**{code}**\n\nIf it was not, ignore this message: without the code nothing happens.",
        "es": "Alguien que conversa con {company} dice que este buzón es suyo. Si fue usted, escriba este código en la "
        "conversación:\n\n**{code}**\n\nSi no, ignore este mensaje: sin el código no pasa nada.",
    },
    "linked": {
        "pt": "Confirmado: {mailbox} é seu, e o que sei de você vale também por lá.",
        "en": "Confirmed: {mailbox} is yours, and what I know of you holds there as well.",
        "es": "Confirmado: {mailbox} es suyo, y lo que sé de usted vale también allí.",
    },
    "wrong": {
        "pt": "Esse código não confere.",
        "en": "That code is not right.",
        "es": "Ese código no es correcto.",
    },
    "not_linked": {
        "pt": "O código confere, mas as duas contas já são de pessoas cadastradas: a equipe precisa resolver.",
        "en": "The code is right, but both accounts belong to people on record: the team has to settle that.",
        "es": "El código es correcto, pero ambas cuentas son de personas registradas: el equipo debe resolverlo.",
    },
}


@dataclass(frozen=True, slots=True)
class Proof:
    """Either a mailbox that she calls her own, or a code."""

    mailbox: str = ""
    code: str = ""


def read_proof(text: str) -> Proof | None:
    """None for whatever says more, or something else. A bare number of six digits may be a code, and may be none."""
    folded = fold_in_place(" ".join(text.split()))
    if (asked := _ASKS.fullmatch(folded)) is not None:
        return Proof(mailbox=asked["mailbox"])
    if (typed := _CODE.fullmatch(folded)) is not None:
        return Proof(code=typed["code"])
    return None


def say_proof(saying: str, language: Language, **values: object) -> str:
    return _TEXTS[saying][language].format(**values)
