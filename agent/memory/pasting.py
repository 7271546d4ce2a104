"""What somebody pasted out of a chat or a mail, with who wrote it in front: none of it is her own. Pure."""

import re
from collections.abc import Callable
from typing import Final

from agent.grounding.words.folding import fold_in_place

# From here on others speak, to the end: where her own words begin again, nobody can tell.
_PASTED: Final = re.compile(
    r"^[ \t]*[-_=]{4,}"
    r"|^[ \t]*(?:(?:assunto|subject|asunto)[ \t]*:[ \t]*)?(?:de|from|remetente|remitente|rv)[ \t]*:"
    r"|(?<!\w)(?:fwd?|enc)[ \t]*:"
    r"|^[ \t]*(?:mensagem encaminhada|forwarded message|mensaje reenviado|original message|mensagem original)\b"
    r"|^[ \t]*(?:em|on|el)\b[^\n]{0,150}\b(?:escreveu|wrote|escribio)[ \t]*:"
    # "[10:03, 1/2/2026] Ana: ", "1/2/2026 10:03 - Ana: ", "Ana, [01.02.26 10:03]"
    r"|^(?:[^\n\[]{1,40},)?[ \t]*\[[^\]\n]{0,25}\d{1,2}[:h]\d{2}[^\]\n]{0,25}\]"
    r"|^[ \t]*(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?[ \t]+)?"
    r"\d{1,2}:\d{2}(?::\d{2})?[^\w\n]*(?:[ap]m\b)?[^\n:]{1,60}:(?!\S)",
    re.MULTILINE,
)
_PARTICLE: Final = r"(?:d[aeo]s?|del|la|e|y|van|von)"
_NAME: Final = (
    r"(?:(?:seu|dona|dr|dra|sr|sra|mr|mrs|ms)\.?[ \t]+)?[^\W\d_][\w.'-]{0,30}"
    rf"(?:[ \t]+(?:{_PARTICLE}[ \t]+)?[A-ZÀ-Þ][\w.'-]{{0,30}}){{0,4}}"
)
_SPEAKER: Final = re.compile(
    rf"(?:^|(?<=[.!?;–—-])[ \t])[ \t*~@•-]{{0,6}}"
    rf"(?P<who>(?:(?:o|a|os|as|the|el|la)[ \t]+)?{_NAME}|\+?\d[\d ()-]{{7,18}})"
    r"[ \t]*(?:\([^)\n]{1,40}\))?[ \t]*[*~]?:[*~]?(?=\s)",
    re.MULTILINE,
)
_GAP: Final = re.compile(r"\n[ \t]*\n")
# What people put in front of their own words.
_LABEL_WORDS: Final = """
obs observacao observacion nota notas note notes ps importante important lembrete aviso atencao atencion anota anote
anotacao anotar anotado lembra lembre lembrar recuerda remember info informacao resumo atualizacao actualizacion update
corrija corrige correcao correction correccion corrigindo correct dica fyi ok oi ola hola hi hello saiba guarda guarde
memo preferencia pagamento entrega recebimento horario email e-mail mail telefone fone celular phone cnpj cpf meta foco
turno nome name nombre meu minha my mi pronto certo sim yes si exigencia restricao urgente novidade registro registra
"""
_LABELS: Final = frozenset(_LABEL_WORDS.split())


def mask_others(text: str, is_topic: Callable[[str], bool]) -> str:
    """As long as before, with blanks for what stands behind a forwarding header or the stamp of a chat, and up to the
    next blank line behind a name and a colon."""
    folded = fold_in_place(text)
    if (pasted := _PASTED.search(folded)) is not None:
        text = _blank(text, pasted.start(), len(text))
    place = 0
    while (spoken := _SPEAKER.search(text, place)) is not None:
        place = spoken.end()
        if _is_label(spoken["who"]) or is_topic(spoken["who"]):
            continue
        gap = _GAP.search(text, place)
        place = gap.start() if gap else len(text)
        text = _blank(text, spoken.start(), place)
    return text


def _is_label(words: str) -> bool:
    return fold_in_place(words).split()[0] in _LABELS


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
