"""What programs and lawyers put under a mail: phones' and antiviruses' advertising, disclaimers, list footers."""

import re
from collections.abc import Sequence

from channels.email.reading.lines import Line

_MOBILE = re.compile(
    r"(?:[-–—_*]\s?)*(?:"
    r"(?:enviad[oa]|mensagem enviada|e-?mail enviado|escrito|mandado)\s(?:d[oae]s?|com|via|pel[oa]|"
    r"a partir d[oe]|usando|através d[oe]|desde)\s"
    r"(?:o\s|a\s|mi\s|mi\b|meu\s|minha\s|um\s|uma\s|seu\s|el\s|la\s)?"
    r"(?:meu\s)?(?:[\w+-]+\s){0,3}?"
    r"(?:iphone|ipad|ios|samsung|galaxy|xiaomi|redmi|poco|motorola|moto|lg|nokia|huawei|zenfone|blackberry|android|"
    r"celular|"
    r"smartphone|telefone|tel[eé]fono|m[oó]vil|tablet|dispositivo|windows|outlook|yahoo|e-?mail|correo|gmail|mail|"
    r"proton\s?mail|"
    r"protonmail|webmail|uol|bol|terra|zimbra|thunderbird|spark|hotmail|app|aplicativo|telem[oó]vel|mobile|"
    r"aparelho)\b.{0,90}"
    r"|sent (?:from|via|with|using) (?:my |the |a )?(?:[\w+'-]+ ){0,5}?"
    r"(?:iphone|ipad|ios|samsung|galaxy|android|phone|mobile|device|tablet|smartphone|blackberry|windows|outlook|"
    r"mail|yahoo|gmail|"
    r"proton|spark|app|\dg|wiko|pixel|motorola|xiaomi|huawei|airmail|mailbird|superhuman|front|handheld|"
    r"wireless)\b.{0,90}"
    r"|sent from my .{2,60}"
    r"|(?:obter|obtenha|baixe|baixar|instale|get|download|obtener|obt[eé]n|descargar|consiga) (?:o |el |"
    r"the )?(?:outlook|boxer|bluemail|spark)\b.{0,90}"
    r"|yahoo mail: .{2,80}"
    r"|feito com o (?:my ?mail|spark|canary|e-?mail|mail)\b.{0,40}"
    r")",
    re.IGNORECASE,
)
_ANTIVIRUS = re.compile(
    r"(?:(?:livre|isento|não cont[ée]m|sem) (?:de )?v[ií]rus|virus-?free|libre de virus|"
    r".{0,60}(?:verificad[oa]|escaneado|examinad[oa]|analisad[oa]|checked|scanned|comprobado|analizado) (?:quanto a|"
    r"por|pel[oa]|by|for|com|contra|a procura de|se h[áa]).{0,40}"
    r"(?:antiv[íi]rus|v[ií]rus|avast|avg|mcafee|kaspersky|eset|norton|mailscanner)|"
    r"(?:nenhum|no) v[ií]rus (?:encontrado|found)|este e-?mail (?:est[áa] limpo|"
    r"foi enviado de um computador sem v[íi]rus)).{0,160}",
    re.IGNORECASE,
)
_LEFTOVER = re.compile(
    r"\[(?:image|imagem|imagen|cid|inline image)[^\]]{0,200}\]|<?#(?:DAB4FAD8|m_)[^\s>]{0,120}>?|"
    r"[<(\[]?https?://(?:www\.)?(?:avast|avg|mcafee|kaspersky|eset)\.[^\s]{1,300}|www\.(?:avast|avg)\.com.{0,5}|"
    r"[\ufffc]+|ᐧ|"
    r"<https?://[^\s>]{1,300}>",
    re.IGNORECASE,
)
_MARKDOWN_LINK = re.compile(r"\[([^\]]{1,60})\]\([^)]{1,200}\)")
_LEADING_LINK = re.compile(r"^<https?://[^>]{1,200}>\s?")
_DELIMITER = re.compile(r"[-_*=#~+–—ᐧ\s]{2,}|ᐧ")
_DISCLAIMER = re.compile(
    r"[*_\"(\[]*(?:aviso(?: legal| de (?:confidencialidade|privacidad|confidencialidad)| importante)?\b|"
    r"confiden[ct]ial|"
    r"nota de confidencialidade|cl[áa]usula de confiden|declaração de confiden|nota confidencial|importante\b|"
    r"atenção\b|disclaimer|legal notice|privileged|"
    r"(?:esta?|a presente|o conteúdo desta?|o conteúdo deste|as informações|a informação|o presente|este|esse|essa) ?"
    r"(?:mensagem|e-?mail|correio|comunicação|mensaje|correo|contidas|contida|conteúdo|nesta|desta|documento|"
    r"transmissão|(?:existentes|constantes|transmitidas) )|"
    r"the information|this (?:e-?mail|message|communication|transmission)|el contenido|la información|"
    r"este (?:mensaje|correo)|"
    r"o (?:emitente|remetente) dest[ae]|se você (?:não é o destinatário|recebeu)|if you (?:are not|have received)|"
    r"si (?:usted )?(?:no es|ha recibido)|"
    r"notice\b|antes de imprimir|pense (?:no|bem)|before printing|please consider|piense en el|cuide d|respeite o meio|"
    r"preserve o meio|economize papel|imprima (?:somente|apenas|s[óo])|proteja o meio|🌳|p think)",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"confidenc|confidential|sigilos|sigilo|privileg|privilegi|destinat[áa]ri|intended recipient|uso exclusivo|"
    r"meio ambiente|medio ambiente|"
    r"environment|imprimir|imprima|printing|lgpd|13\.709|não autorizad|unauthori[sz]ed|no autorizad|opini(?:ão|"
    r"ões) (?:pessoa|d)|reprodução|divulgação",
    re.IGNORECASE,
)
# Openings that people use for words of their own: one legal word below them proves nothing.
_ORDINARY = re.compile(r"[*_\"(\[]*(?:importante|atenção|pense|est[ae] documento|cuide d|se você)\b", re.IGNORECASE)
_ABOUT_ITSELF = re.compile(r"\b(?:esta|este|desta|deste|nesta|this) (?:mensagem|e-?mail|message)\b", re.IGNORECASE)
_MONEY = re.compile(r"R\$ ?\d")
_LIST = re.compile(
    r"(?:voc[êe] (?:está recebendo|recebeu) (?:est[ae]|essa) (?:mensagem|e-?mail) porque|"
    r"you received this message because|"
    r"para cancelar (?:a|sua) inscrição|to unsubscribe from this|has recibido este mensaje porque)",
    re.IGNORECASE,
)
_WINDOW = 40  # lines from the end in which a footer may begin


def is_delimiter(line: Line) -> bool:
    """A line of strokes that parts nothing any more once it is the last one."""
    return bool(line.plain) and _DELIMITER.fullmatch(line.plain) is not None


def is_advertisement(line: Line) -> bool:
    """One line that a phone, a mail program or an antivirus wrote."""
    text = line.plain
    if len(text) > 260 or not text or _MONEY.search(text):
        return False
    bare = _without_links(text)
    return any(shape.fullmatch(bare or text) for shape in (_MOBILE, _ANTIVIRUS, _LEFTOVER)) or _is_leftover(text)


def _without_links(text: str) -> str:
    """Converters of HTML write links in many ways; what they say is what stands before or inside."""
    text = _MARKDOWN_LINK.sub(r"\1", _LEADING_LINK.sub("", text.strip("*_ ")))
    return text.split("<http", 1)[0].split("(http", 1)[0].strip()


def _is_leftover(text: str) -> bool:
    return _LEFTOVER.fullmatch(text) is not None


def is_plate_or_footer(line: Line) -> bool:
    """What a program puts under a mail, by the words of it or by what the HTML says of it."""
    return line.is_blank or line.hint == "signature" or is_delimiter(line) or is_advertisement(line)


def is_mobile_footer(line: Line) -> bool:
    """ "Enviado do meu iPhone" and its kin."""
    text = _without_links(line.plain) if len(line.plain) <= 260 else ""
    return 8 <= len(text) <= 160 and not text.endswith(("?", ":")) and _MOBILE.fullmatch(text) is not None


def find_disclaimer(lines: Sequence[Line], end: int) -> int:
    """Where the legal text begins that the lines before `end` close with; `end` without one."""
    found = end
    for position in range(end - 1, max(-1, end - 1 - _WINDOW), -1):
        text = lines[position].plain
        if _LIST.match(text):
            found = position
        elif _DISCLAIMER.match(text) and (position == 0 or _may_begin(lines, position)):
            below = " ".join(line.plain for line in lines[position:found][:12])
            is_long = len(below) > 60 or "imprimi" in below.lower()
            if is_long and "?" not in below and _reads_like_law(text, below):
                found = position
    return found if found == end or _is_all_legal(lines, found, end) else end


def _reads_like_law(opening: str, paragraph: str) -> bool:
    words = {match[0].lower() for match in _LEGAL.finditer(paragraph)}
    if not _ORDINARY.match(opening) or not words:
        return bool(words)
    return len(words) >= 2 or _ABOUT_ITSELF.search(paragraph) is not None


def _may_begin(lines: Sequence[Line], position: int) -> bool:
    """At the head of its paragraph, or below one line of a title or a finished sentence."""
    above = lines[position - 1]
    return above.is_blank or is_delimiter(above) or above.plain.endswith((".", ":", "!")) or len(above.plain) < 60


def _is_all_legal(lines: Sequence[Line], start: int, end: int) -> bool:
    """Every paragraph below the start reads like law, or is short; a person's own words after it are kept."""
    paragraph: list[str] = []
    for line in [*lines[start:end], Line("")]:
        if not line.is_blank:
            paragraph.append(line.plain)
            continue
        text = " ".join(paragraph)
        is_law = not text or _LEGAL.search(text) or _LIST.match(text) or len(text) < 30 or _DISCLAIMER.match(text)
        if not is_law and "?" in text:
            return False
        paragraph = []
    return True
