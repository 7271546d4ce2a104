"""Where a person's words end and the name plate begins: delimiters, closings, blocks of names and numbers."""

import re
from collections.abc import Sequence

from channels.email.reading.footers import is_delimiter
from channels.email.reading.lines import Line

_WINDOW = 30  # lines from the end that are looked at
_LONGEST_PLATE = 18  # lines with something on them
_DELIMITED = re.compile(r"--|—|–")
_UNDERLINED = re.compile(r"_{3,}|[-–—]{3,}")
_CLOSING = re.compile(
    r"(?:(?:desde já|sem mais|e|um|uma|forte|grande|fraternal|muito|meus?|minhas?|com os|com|nossos?|nossas?|os|"
    r"as)[\s,]+){0,3}"
    r"(?:(?:no mais|para o momento)[\s,]+){0,2}"
    r"(?:att?|atte|atts|atenciosamente|atenciosa\w*|abs?|abç?s?|abra[çc]os?|abração|grat[oa](?: pela atenção|"
    r" desde já)?|"
    r"cordialmente|cordiais saudações|respeitosamente|saudações|sds|sauda[çc][õo]es cordiais|melhores cumprimentos|"
    r"cumprimentos|"
    r"bjs|beijos|at\.te|atentamente|saludos|saludos cordiales|un saludo|un cordial saludo|cordiales saludos|"
    r"un abrazo|abrazos|"
    r"(?:best|kind|warm|kindest|warmest) (?:regards|wishes)|regards|best|sincerely|yours (?:truly|sincerely|"
    r"faithfully)|"
    r"sincerely yours|cheers|cordially|respectfully)"
    r"(?:[\s,]+(?:cordiais|cordial|a todos|e obrigad[oa]|and thanks|e (?:boa|bom|ótim[oa]|excelente) [^\W\d]{3,10}))?",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"(?:(?:best|kind|warm)\w* (?:regards|wishes)|regards|best|sincerely.*|yours .+|cheers|cordially|respectfully)",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"(?:muito |many |desde já,? )?(?:obrigad[oa]s?|agradeço|valeu|vlw|obg|thanks|thank you|thx|gracias|grat[oa]s?)"
    r"(?: desde já| pela atenção| pela ajuda| in advance| de antemano| antecipadamente)?[\s!.,;]*",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_a-zà-ÿ][\w'’.-]*(?: (?:d[aeo]s?|e|[^\W\d_a-zà-ÿ][\w'’.-]*)){0,5}")
_POSTSCRIPT = re.compile(r"(?:p\.?\s?s\.?|obs\.?|observação|nb|n\.b\.)\s?[:.\-–—]", re.IGNORECASE)
_EVIDENCE = {
    "phone": re.compile(
        r"(?:\+?\d{2,3}[\s.-]?)?\(?\b0?\d{2}\)?[\s.-]?9?[\s.-]?\d{4}[\s.-]?\d{4}\b|\(\d{3}\) ?\d{3}-\d{4}|"
        r"\+\d[\d\s().-]{8,18}"
    ),
    "email": re.compile(r"[\w.+-]{1,64}@[\w-]{1,60}\.[\w.-]{2,60}"),
    "site": re.compile(
        r"\bwww\.|https?://|\b[\w-]{2,40}\.(?:com|com\.br|net|ind\.br|net\.br|org\.br)\b", re.IGNORECASE
    ),
    "cnpj": re.compile(r"\b\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}\b"),
    "address": re.compile(
        r"^(?:rua|r\.|av\.?|avenida|rod\.|rodovia|al\.|alameda|praça|estrada|cep)\s|\b\d{5}-\d{3}\b", re.IGNORECASE
    ),
    "label": re.compile(
        r"^[*_]*(?:tels?|telefone|fone|cel|celular|whats(?:app)?|wpp|zap|fax|ramal|e-?mail|site|cnpj|skype|mobile|"
        r"phone|cell|office|m|t|c|f|e)\s?[.:/|]",
        re.IGNORECASE,
    ),
    "title": re.compile(
        r"\b(?:gerente|diretora?|vendedora?|representante|consultora?|analista|assistente|coordenadora?|supervisora?|"
        r"comprador|compradora|"
        r"executiv[oa]|comercial|vendas|compras|financeiro|suprimentos|sócio|engenheir[oa]|manager|director|sales|"
        r"representative|"
        r"executive|ltda|s[./]a\.?|eireli|gerencia|ventas|ceo|cfo|coo|founder)\b",
        re.IGNORECASE,
    ),
}


def find_signature(lines: Sequence[Line], end: int, sender_name: str = "") -> int:
    """Where the signature begins that the lines before `end` close with; `end` without one. The words come first:
    whatever could be a sentence of the person is left where it is."""
    window = max(0, end - _WINDOW)
    for find in (_find_delimited, _find_closing, _find_thanks):
        start = find(lines, window, end)
        if start < end and _has_words(lines, start):
            return start
    start = _find_plate(lines, window, end, sender_name)
    return start if start < end and _has_words(lines, start) else end


def _has_words(lines: Sequence[Line], end: int) -> bool:
    """Somebody's own words stand above; only the lines near the cut and the first ones are asked."""
    return any(
        not line.is_blank and not line.is_quote for line in (*lines[max(0, end - 60) : end], *lines[: min(end, 60)])
    )


def _find_delimited(lines: Sequence[Line], start: int, end: int) -> int:
    for position in range(start, end):
        text = lines[position].plain
        if _DELIMITED.fullmatch(text) and _fill(lines, position + 1, end) <= _LONGEST_PLATE:
            below = [line.plain for line in lines[position + 1 : end] if not line.is_blank]
            return end if any(text.endswith("?") for text in below) or _are_entries(below) else position
        if _UNDERLINED.fullmatch(text) and _looks_ruled_off(lines, position, end):
            return position
    return end


def _are_entries(texts: Sequence[str]) -> bool:
    """A list of figures, each with its word: people draw a line above that, too."""
    return len(texts) >= 2 and all(map(_is_entry, texts))


def _is_entry(text: str) -> bool:
    has_both = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    return has_both and not any(shape.search(text) for shape in _EVIDENCE.values())


def _looks_ruled_off(lines: Sequence[Line], rule: int, end: int) -> bool:
    """A drawn line parts a plate off, but people draw lines in lists, too: dashes want a number or a title below."""
    is_short = 0 < _fill(lines, rule + 1, end) <= 5 and _looks_plated(lines, rule + 1, end)
    if not is_short or lines[rule].plain.startswith("_") or _count_evidence(lines, rule + 1, end):
        return is_short
    below = [line.plain.strip("*_ ") for line in lines[rule + 1 : end] if not line.is_blank]
    return rule > 0 and lines[rule - 1].is_blank and all(map(_is_plate_line, below))


def _find_closing(lines: Sequence[Line], start: int, end: int) -> int:
    for position in range(start, end):
        text = lines[position].plain.strip("*_ ")
        if not _is_closing(text) or not _looks_plated(lines, position + 1, end):
            continue
        if not _is_headed_by_name(lines, position + 1, end):
            continue
        is_bare = _fill(lines, position + 1, end) <= 2 and not _count_evidence(lines, position + 1, end)
        if is_bare and _ENGLISH.fullmatch(text.rstrip(",.!; ")):
            return end  # "Best regards, / Ann" is as much a farewell as a signature
        return position
    return end


def _is_headed_by_name(lines: Sequence[Line], start: int, end: int) -> bool:
    """What follows a farewell is a name or part of a plate; "Abraços / amanhã te ligo" is none."""
    first = next((line.plain.strip("*_ ") for line in lines[start:end] if not line.is_blank), "")
    is_short = len(first.split()) <= 2 and not first.endswith((".", "!"))
    return is_short or _is_plate_line(first)


def _begins_with_remark(lines: Sequence[Line], start: int, end: int) -> bool:
    """ "Cliente novo: (11) 5555-0000" says what the number is, and not in the words of name plates."""
    first = next((line.plain.strip("*_ ") for line in lines[start:end] if not line.is_blank), "")
    return ": " in first and not _EVIDENCE["label"].match(first)


def _is_plate_line(text: str) -> bool:
    if any(shape.search(text) for shape in _EVIDENCE.values()) or text.startswith("["):
        return True
    return all(_NAME.fullmatch(piece.strip(" .")) for piece in re.split(r"[|/,•·–—-]", text) if piece.strip(" ."))


def _is_closing(text: str) -> bool:
    if not text or len(text) > 70:
        return False
    pieces = [piece.strip(",.!;:- ") for piece in re.split(r"[/|]", text)]  # "Atenciosamente / Best regards,"
    if all(_CLOSING.fullmatch(piece) for piece in pieces):
        return True
    before, comma, name = text.partition(",")
    return (
        bool(comma)
        and _CLOSING.fullmatch(before.strip()) is not None
        and _NAME.fullmatch(name.strip(" .!")) is not None
    )


def _find_thanks(lines: Sequence[Line], start: int, end: int) -> int:
    """Thanks are the person's words, but what follows them may be a plate."""
    for position in range(end - 1, start - 1, -1):
        if _THANKS.fullmatch(lines[position].plain):
            is_plate = _count_evidence(lines, position + 1, end) and _looks_plated(lines, position + 1, end)
            if not is_plate or _begins_with_remark(lines, position + 1, end):
                return end
            return position + 1 if _fill(lines, position + 1, end) >= 2 else end
    return end


def _find_plate(lines: Sequence[Line], start: int, end: int, sender_name: str) -> int:
    """A block without any closing: a name, then at least a title, a number or an address of the web."""
    for position in range(max(start, end - 14), end):
        text = lines[position].plain.strip("*_ ")
        if not text or not _NAME.fullmatch(text) or not _looks_plated(lines, position + 1, end):
            continue
        above = next((line for line in reversed(lines[:position]) if not line.is_blank), None)
        if above is None or above.plain.endswith((":", ",")) or above.is_quote:
            continue
        kinds = _count_evidence(lines, position + 1, end)
        if _is_name_of(text, sender_name) and kinds:
            return position
        if not sender_name and kinds >= 2 and lines[position - 1].is_blank:
            return position
    return end


def _is_name_of(text: str, sender_name: str) -> bool:
    ours = set(re.findall(r"\w{2,}", sender_name.casefold()))
    given = re.findall(r"\w{2,}", text.casefold())
    return bool(given) and given[0] in ours


def _looks_plated(lines: Sequence[Line], start: int, end: int) -> bool:
    """Nothing below could be meant for the reader: no question, no postscript, no more than one long sentence."""
    prose = 0
    for line in lines[start:end]:
        text = line.plain
        if line.is_quote or text.endswith(("?", "?*")) or _POSTSCRIPT.match(text) or len(text) > 160:
            return False
        words = len(text.split())
        prose += words > 8 and not any(shape.search(text) for shape in _EVIDENCE.values())
    return prose <= 1 and _fill(lines, start, end) <= _LONGEST_PLATE


def _fill(lines: Sequence[Line], start: int, end: int) -> int:
    return sum(1 for line in lines[start:end] if not line.is_blank and not is_delimiter(line))


def _count_evidence(lines: Sequence[Line], start: int, end: int) -> int:
    """How many kinds of a name plate's contents there are."""
    texts = [line.plain[:200] for line in lines[start:end]]
    return sum(1 for shape in _EVIDENCE.values() if any(shape.search(text) for text in texts))
