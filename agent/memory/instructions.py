"""What would tell the assistant how to behave: never a fact, whoever says it.

Wishes about the form of an answer ("respostas curtas") are harmless and may be remembered as data; anything that names
the assistant's rules, its role, what it must always or never do, or what it should ignore, may not. Pure.
"""

import re
from typing import Final

from agent.grounding.words.folding import fold_in_place

_ABOUT_CONDUCT: Final = re.compile(
    r"\b(?:ignor\w+|desconsider\w+|disregard|desobedec\w+|override|bypass)\b"
    r"|\b(?:instruc\w+|instrucciones|regras?|reglas?|rules?|system prompt|prompt|politicas?|policy|policies)\b"
    r"|\b(?:sempre|siempre|always|nunca|never|jamais|jamas)\b.{0,40}\b(?:respond\w+|diga|digas|dig[ao]|fale|say|answer"
    r"|reply|tell|mostr\w+|show|confirm\w+|aceit\w+|accept|aprov\w+|approve|aprueb\w+|conced\w+|grant|de|da|dar|give"
    r"|envi\w+|send|mand\w+|use|usa\w*|inclu\w+|include|adicion\w+|add|escrev\w+|write|pergunt\w+|ask|coloc\w+|ofere\w+"
    r"|ofrec\w+|offer|recomend\w+|recommend|link\w*)\b"
    r"|\b(?:responda|responde|diga|mostre|confirme|aceite|aprove|conceda|envie|answer|say|show|confirm|accept|grant|send"
    r"|responde|muestra|acepta|aprueba)\b.{0,30}\b(?:sempre|siempre|always|nunca|never|qualquer|any|todos?|everyone)\b"
    r"|\b(?:finja|finge|pretend|aja como|act as|actua como|atue como|comporte-se|behave|roleplay)\b"
    r"|\b(?:voce|vc|tu|usted|you)\s+(?:e|eh|es|eres|sos|are|agora|ahora|now|deve|debes?|must|should|tem que|tienes que"
    r"|have to|podes?|puedes?|can|may|vai|nao|no|is)\b"
    r"(?!\s+(?:por favor\s+|please\s+)?(?:me\s+)?(?:chamar|lembrar|call|remind|llamar\w*|recordar\w*|avisar))"
    r"|\b(?:a partir de agora|de agora em diante|from now on|a partir de ahora|de ahora en adelante)\b"
    r"|\b(?:modo|mode)\s+(?:desenvolvedor|developer|admin\w*|deus|god|debug)\b"
    r"|\b(?:senha|password|contrasena|api key|token|chave de api|credencia\w+|credential\w*)\b"
    r"|\b(?:sou|i am|i'm|soy)\s+(?:o |a |the |el |la |an? |un |una )?(?:admin\w*|root|superuser|desenvolvedor\w*"
    r"|developer|operador\w*|operator|sistema|system)\b"
    r"|\b(?:me cham\w+ (?:de )?|call me |llam\w+me )(?:o |a |the |el |la )?(?:admin\w*|root|superuser|sistema|system"
    r"|operador\w*|operator|desenvolvedor\w*|developer)\b"
    r"|\b(?:tenho|i have|tengo)\b.{0,20}\b(?:permiss\w+|permission|permiso|acesso|access|acceso|autorizac\w+"
    r"|authori[sz]ation)\b"
    r"|\b(?:sem|sin) (?:me |nos )?(?:perguntar|confirmar|pedir|avisar|preguntar|confirmar)\b"
    r"|\bwithout (?:asking|confirm\w+|telling)\b"
    r"|\b(?:desconto|discount|descuento)s?\b.{0,40}\b(?:aprov|approv|aprueb)\w+"
    r"|\b(?:links?|urls?|ferramentas?|tools?|herramientas?)\b|\b[a-z]+_[a-z_]+\b(?!@)"
    r"|(?<![@\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|dev|app|xyz|info|site|online|shop|ru|cn|top)\b(?!@)"
    r"|https?://|www\.|<\w+|\{\{|```"
)


def is_instruction(text: str) -> bool:
    """Whether the sentence speaks of the assistant's conduct instead of the person. Rather one too many."""
    return bool(_ABOUT_CONDUCT.search(fold_in_place(text)))
