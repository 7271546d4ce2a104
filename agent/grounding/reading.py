"""Finds what a text claims: every figure, day and code in it, but list numbers, hours, telephones and addresses."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from agent.grounding.claims import Claim
from agent.grounding.figures import build_figure
from agent.grounding.tables import Tables
from agent.grounding.words.days import find_days
from agent.grounding.words.digits import read_digits
from agent.grounding.words.folding import fold_in_place
from agent.grounding.words.fractions_in_words import find_fractions
from agent.grounding.words.lexicon import SCALE_WORDS
from agent.grounding.words.numerals import find_numerals
from agent.grounding.words.taken import Place, Taken
from agent.grounding.words.terms import find_terms

_LARGEST_IN_TALK: Final = 10
_HALF: Final = Decimal("0.5")

_NO_FIGURES: Final = (  # what begins alike stands together, so that it is looked at no further where nothing does
    r"(?=[+(\d])(?:(?:\+\d{1,3}[\s-]?)?\(?\b\d{2}\)?[\s-]?\d{4,5}-\d{4}\b|\+\d[\d\s()-]{7,}\d"
    r"|\b(?:0800[\s-]?\d{3}[\s-]?\d{4}\b|24/7\b|24 ?x ?7\b"
    r"|\d{1,2}(?: ?(?:to|-|–|and) \d{1,2}(?::\d\d)?)? ?(?:[ap]m\b|[ap]\.m\.)|\d{1,2} (?:to|-|–) (?=\d{1,2}:\d\d)"
    r"|\d{1,2}:\d{2}(?::\d{2})?(?: ?(?:[ap]m\b|[ap]\.m\.))?|\d{1,2}h\d{2}\b"
    r"|7 (?:dias por semana|days a week|dias a la semana)\b))"
    r"|\b(?:paragrafo|item|passo|etapa|opcao|step|option|paso|opcion|parte?|secao|secoes|sections?|seccion(?:es)?"
    r"|clausulas?|clauses?|capitulos?|chapters?)\s\d{1,3}(?:(?:,| e| y| and) \d{1,3})*\b(?![.,]\d)"
    r"|^(?:[ \t>*_-]*\d{1,2}[.)][*_]*(?=\s)|[ \t]*\|\s*\d{1,2}\s*(?=\|)"  # a list's or a table's numbering
    r"|[ \t>*_-]*(?:\d\ufe0f?\u20e3){1,2}(?!\d\ufe0f?\u20e3))"  # a list's keycaps
)
_LINK: Final = r"https?://\S+|www\.\S+"
_HARMLESS: Final = re.compile(rf"{_LINK}|{_NO_FIGURES}", re.MULTILINE)
_HARMLESS_WITH_MAILS: Final = re.compile(rf"{_LINK}|(?<![^\s@])[^\s@]+@[^\s@]+\.\w+|{_NO_FIGURES}", re.MULTILINE)
_ORDINAL: Final = re.compile(r"\b\d+(?:\s?[ºª°]|st\b|nd\b|rd\b|th\b|er\b|ro\b|do\b|to\b)")
_CODE: Final = re.compile(
    r"\b(?:(?:[a-z]{2,8}+[-/_]?|[a-z][-_])\d[a-z0-9]*(?:[-/_][a-z0-9]+)*\b|[a-z]\d{3,}\b"
    r"|\d{2,3}(?:\.\d{3}){2}[/-]\d[\d-]*\b"
    r"|(?<=#)\d{3,}\b"
    r"|(?:pedidos?|orders?|notas?(?: fiscal| fiscais)?|nf-?e?|invoices?|facturas?|propostas?|protocolos?|tickets?"
    r"|boletos?)\s+(?:(?:numero|n[ºo°.]+|num\.?|number|no\.?)\s*)?#?(\d{3,})(?![.,]?\d|\s*(?:%|reais|em\b))"
    r"|n[º°]\s?\.?(\d{3,})\b"
    r"|(?:notas?(?: fiscal)?|nf-?e?)\s+(?:n[ºo°.]+\s*)?(\d{1,3}(?:\.\d{3})+)(?![.,]?\d)"
    r"|\d{1,3}(?:/\d{1,3}){2,}(?= ?(?:dias|days|d)\b))"
)
_MORE_CODES: Final = re.compile(r"\s*(?:,|e|and|y|ou|or)\s+(?:(?:e|o|os)\s+)?#?(\d{3,})\b(?![.,]\d)")
_NUMBER: Final = re.compile(
    r"(?<![^\W_])(?<![.,/])(?:\d{1,3}(?:[.,'\u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)(?!\d)"
)
_SCALE: Final = re.compile(r"[\s\u00a0]?(" + "|".join(sorted(SCALE_WORDS, key=len, reverse=True)) + r")\b(?!\$)")
_YEAR: Final = re.compile(r"(?:19|20)\d\d$")
_COUNTED: Final = re.compile(r"[*_]*[^\S\n]+[a-z]{3,}s\b(?<!\bmeses)")
_AFTER_A_WORD: Final = re.compile(
    r"[a-z][^\S\n]+(?<!\b(?:de|em|in|of|on|en|el|to|at|by|vs|os|as) )(?<!\b(?:ano|ate|del|for|and|por) )"
    r"(?<!\b(?:para|year|from|anos) )(?<!\b(?:desde|since|until|hasta|entre|sobre|antes) )(?<!\b[aeoy] )[*_]*$"
)
_OR: Final = re.compile(r"[*_]*(?:,? (?:ou|or|o)|,? ?\(|,) ?[*_]*")
_OF: Final = re.compile(r"[*_]* (?:d[aeo]s?|del|of|on|sobre)\b")
_BEFORE_CENTS: Final = re.compile(r"\s*(?:e|and|com|con|y)\s+$")
_CENTS: Final = re.compile(r"\s*(?:centavos?|cents?)\b")


def find_claims(text: str, masks: Iterable[Place] = (), *, is_spanish: bool = False) -> list[Claim]:
    """In their order. `masks` are places whose digits claim nothing, such as a product's name."""
    folded = fold_in_place(text)
    taken = Taken(len(folded), masks)
    harmless = _HARMLESS_WITH_MAILS if "@" in folded else _HARMLESS
    taken.update(match.span() for match in harmless.finditer(folded))
    claims = [*find_terms(text, folded, taken), *find_days(text, folded, taken)]
    taken.update(match.span() for match in _ORDINAL.finditer(folded))
    claims += _codes(folded, taken)
    claims += find_fractions(folded, taken)
    claims += _numbers(folded, taken)
    tables = Tables(folded)
    claims = [tables.with_unit(claim) for claim in claims]
    claims += _numerals(folded, taken, is_spanish=is_spanish)
    claims.sort(key=lambda claim: claim.start)
    claims = list(_directed(claims, folded))
    return [claim._replace(text=text[claim.start : claim.end]) for claim in _with_cents(claims, folded)]


def _codes(folded: str, taken: Taken) -> Iterator[Claim]:
    for match in _CODE.finditer(folded):
        group = next((at for at in (1, 2, 3) if match[at]), 0)
        start, end = match.span(group)
        while taken.is_free((start, end)):
            taken.add((start, end))
            yield Claim("", start, end, "code")
            more = _MORE_CODES.match(folded, end) if group else None
            if more is None:
                break
            start, end = more.span(1)


def _numbers(folded: str, taken: Taken) -> Iterator[Claim]:
    for match in _NUMBER.finditer(folded):
        if not taken.is_free(match.span()):
            continue
        scale, end = 1, match.end()
        if (found := _SCALE.match(folded, end)) and _is_scaled(folded, match, found[1]):
            scale, end = SCALE_WORDS[found[1]], found.end()
        readings = read_digits(match[0])
        values = tuple(value * scale for value, _ in readings)
        slack = tuple(place * scale / 2 for _, place in readings)
        is_year = scale == 1 and bool(_YEAR.match(match[0])) and not _is_counted(folded, match)
        claim = build_figure(folded, (match.start(), end), values, slack, is_year=is_year)
        taken.add((match.start(), claim.end if claim else end))
        if claim is not None:
            yield claim


def _is_counted(folded: str, digits: re.Match[str]) -> bool:
    """ "Foram 1952 contratos", unlike "em 2025 vendas caíram"."""
    before = folded[max(0, digits.start() - 12) : digits.start()]
    return bool(_COUNTED.match(folded, digits.end()) and _AFTER_A_WORD.search(before))


def _is_scaled(folded: str, digits: re.Match[str], word: str) -> bool:
    """ "R$ 12m" are millions, "12m" may be months or metres, and "12 mm" are hardly ever millions."""
    return word not in {"m", "mm"} or "$" in folded[max(0, digits.start() - 4) : digits.start()]


def _numerals(folded: str, taken: Taken, *, is_spanish: bool) -> Iterator[Claim]:
    for numeral in find_numerals(folded, is_spanish=is_spanish):
        place = (numeral.start, numeral.end)
        is_heading = folded[numeral.start : numeral.end] == "mil" and folded[: numeral.start].rstrip().endswith("$")
        if taken.is_free(place) and not is_heading:  # "em R$ mil"
            slack = Decimal(0) if numeral.last_scale == 1 else Decimal(numeral.last_scale) / 2
            claim = build_figure(folded, place, (numeral.value,), (slack,), is_year=False)
            if claim is not None and claim.kind == "percent":  # "oito por cento" are said of 8,1 %
                claim = claim._replace(slack=(max(slack, _HALF),))
            if claim is not None and not _is_mere_talk(claim):
                taken.add((claim.start, claim.end))
                yield claim


def _is_mere_talk(claim: Claim) -> bool:
    """ "Os dois", "three ways to ask": small words for numbers claim something only of what is counted in the data."""
    return claim.kind == "count" and not claim.unit and claim.values[0] <= _LARGEST_IN_TALK


def _directed(claims: Iterable[Claim], folded: str) -> Iterator[Claim]:
    """ "A fall of R$ 1.610, or 10 %": the share goes where the amount before it goes."""
    before: Claim | None = None
    for claim in claims:
        if before is not None and claim.kind == "percent" and not claim.direction and before.kind != "percent":
            is_same = _OR.fullmatch(folded, before.end, claim.start) and not _OF.match(folded, claim.end)
            claim = claim._replace(direction=before.direction) if is_same else claim
        yield claim
        before = claim


def _with_cents(claims: Iterable[Claim], folded: str) -> Iterator[Claim]:
    """ "Setenta reais e cinco centavos" is one figure."""
    held: Claim | None = None
    for claim in claims:
        if cents := _CENTS.match(folded, claim.end):
            if held is not None and held.kind == "money" and _BEFORE_CENTS.match(folded[held.end : claim.start]):
                whole, part = held.values[0], claim.values[0] / 100
                held = held._replace(end=cents.end(), values=(whole + part,), slack=(Decimal(0),))
                continue
            cent = Decimal("0.005")
            claim = claim._replace(kind="money", end=cents.end(), values=(claim.values[0] / 100,), slack=(cent,))
        if held is not None:
            yield held
        held = claim
    if held is not None:
        yield held
