"""Words whose meaning hangs on their neighbours: "maiores que", "valor do dólar", "tenho vendido", "já faturado"."""

from typing import Final

from agent.providers.offline.lexing import Mark, Scan

_NUMBER_WITHIN = 3  # tokens between "mais de" and its number: "mais de R$ 500"
_MORE: Final = frozenset({"mais", "maior", "maiores", "more", "greater", "higher", "mas", "mayor", "mayores"})
_LESS: Final = frozenset({"menos", "menor", "menores", "less", "lower"})
_ARTICLES: Final = frozenset({"o", "a", "do", "da", "de", "the", "of", "el", "la", "del"})
# "Tenho vendido", "he facturado", "estoy vendiendo", "llevo vendido": verbs that say I, then what was done.
_I_HAVE: Final = frozenset(
    {"tenho", "tengo", "he", "estou", "estoy", "tou", "to", "llevo", "vengo", "venho", "ando", "vou", "voy"}
)
_DONE: Final = frozenset(
    {"vendido", "vendida", "vendidos", "vendidas", "faturado", "facturado", "feito", "feitos", "hecho", "hechos"}
    | {"vendendo", "vendiendo", "faturando", "facturando", "fechado", "cerrado", "emplacado", "tirado", "ingresado"}
)
_ASKED: Final = frozenset(
    {"quanto", "quantos", "quantas", "qtos", "qtas", "qto", "cuanto", "cuantos", "cuantas", "qnt"}
)
_I_HOLD: Final = frozenset({"tenho", "tengo", "llevo"})
_WE_HAVE: Final = frozenset({"hemos", "temos", "tenemos", "have", "llevamos"})
_PERCENT: Final = frozenset({"cento", "%", "porcentagem", "percentual", "percentage", "porcentaje"})
_ALREADY: Final = frozenset({"ja", "ya", "already"})
_LOST: Final = frozenset({"perdemos", "perdimos", "lost", "perdi", "perdeu"})


def reread(scan: Scan, marks: list[Mark]) -> list[Mark]:
    """The marks, each with the meaning it has among the others."""
    concepts = {mark.concept for mark in marks}
    placed = [_placed(scan, mark, marks, concepts) for mark in _without_packaging(scan, marks)]
    if any(mark.concept == "BRIEF" for mark in placed):  # "voy a visitar el bar mañana" says when, not what to count
        placed = [mark for mark in placed if scan.tokens[mark.first].word != "manana"]
    priced = {mark.first for mark in placed if mark.concept == "CURRENCY"}  # "quanto vale 1 euro?"
    placed = [
        mark for mark in placed if not (mark.concept == "NUMBER" and mark.value == "1" and mark.last + 1 in priced)
    ]
    # Goals and comparisons tell their percentage anyway.
    tells_percent = any(mark.concept in {"GOAL", "COMPARE"} for mark in placed)
    return [mark for mark in placed if not (tells_percent and (mark.concept, mark.value) == ("LIMIT", "share"))]


def _placed(scan: Scan, mark: Mark, marks: list[Mark], concepts: set[str]) -> Mark:
    word = scan.tokens[mark.first].word
    if (mark.concept, mark.value) == ("LIMIT", "amount"):
        return _less_strict(scan, mark, marks)
    if mark.concept == "OUT" and word == "shipped" and concepts & {"COUNT", "UNITS"}:
        return Mark("OUTFLOW", mark.first, mark.last)
    if mark.concept == "GOALWORD" and "GOAL" not in concepts and _names_percent(scan, mark):
        return Mark("LIMIT", mark.first, mark.last, "share")
    if mark.concept == "GOALWORD" and "GOAL" not in concepts and word in {"ahead", "behind"}:
        return Mark("BASE", mark.first, mark.last)
    if mark.concept == "REVENUE" and _is_value(scan, mark) and _leads_to_currency(scan, mark, marks):
        return Mark("RATE", mark.first, mark.last)
    if mark.concept == "STAGE" and word in _LOST and "CANCELLED" in concepts and "PIPELINE" not in concepts:
        return Mark("REVENUE", mark.first, mark.last)
    return mark


def _names_percent(scan: Scan, mark: Mark) -> bool:
    return bool(_PERCENT & {token.word for token in scan.tokens[mark.first : mark.last + 1]})


def _is_value(scan: Scan, mark: Mark) -> bool:
    return bool({"valor", "value"} & {token.word for token in scan.tokens[mark.first : mark.last + 1]})


def _leads_to_currency(scan: Scan, mark: Mark, marks: list[Mark]) -> bool:
    after = mark.last + 1
    while after < len(scan.tokens) and scan.tokens[after].word in _ARTICLES:
        after += 1
    return any(other.concept == "CURRENCY" and other.first == after for other in marks)


def _less_strict(scan: Scan, mark: Mark, marks: list[Mark]) -> Mark:
    """ "maiores que" restricts amounts only before a number; before anything else it compares."""
    if any(other.concept == "NUMBER" and 0 < other.first - mark.last <= _NUMBER_WITHIN for other in marks):
        return mark
    word = scan.tokens[mark.first].word
    order = "TOP" if word in _MORE else "BOTTOM" if word in _LESS else ""
    return Mark(order, mark.first, mark.last) if order else mark


def _without_packaging(scan: Scan, marks: list[Mark]) -> list[Mark]:
    """ "x" between names, "que o" before none: base marks that lead to no period are small words."""
    starts = [placed.first for placed in scan.periods]
    compared = len(starts) > 1 or any(mark.concept == "COMPARE" for mark in marks)
    return [
        mark
        for mark in marks
        if mark.concept != "BASE"
        or (
            (compared or scan.tokens[mark.first].word != "over")  # "over the weekend" only says when
            and any(0 < start - mark.last <= 4 for start in starts)
        )
        or scan.tokens[mark.first].word in {"vs", "versus", "contra", "x", "comparado", "compared", "comparada"}
    ]


def implied(scan: Scan, marks: list[Mark], cues: set[str], first: int, last: int) -> set[str]:
    """ "pedidos faturados" is a status, "total faturado" a figure; "quem é" asks for somebody too."""
    found = set()
    if "BILLED" in cues:
        is_status = "ORDERS" in cues or _is_already_billed(scan, marks)
        found.add("INVOICED" if is_status else "SALES")
    if _says_i(scan, cues, first, last):
        found |= {"ME"} if cues & {"ORDERS", "UNITS", "TICKET"} else {"ME", "SALES"}
    found |= {"TOP"} if "BESTSELLER" in cues else set()
    found |= {"BOTTOM"} if "WORSTSELLER" in cues else set()
    if "BUY" in cues and scan.tokens[first + (scan.tokens[first].word == "¿")].word == "que":
        found.add("WHAT")
    if any(mark.concept == "BRIEF" and scan.tokens[mark.first].word in {"quem", "who", "quien"} for mark in marks):
        found.add("WHO")
    return found


def _is_already_billed(scan: Scan, marks: list[Mark]) -> bool:
    """ "já tá faturado" is a status; "ya hemos facturado" is what we sold."""
    for mark in marks:
        before = [token.word for token in scan.tokens[max(0, mark.first - 3) : mark.first]]
        if mark.concept == "BILLED" and _ALREADY & set(before) and not (_WE_HAVE | _I_HAVE) & set(before[-1:]):
            return True
    return False


def _says_i(scan: Scan, cues: set[str], first: int, last: int) -> bool:
    """Whether a verb says that the sender did it: "quanto tenho vendido", "cuántos pedidos he hecho", "llevo"."""
    words = [token.word for token in scan.tokens[first : last + 1]]
    for place, word in enumerate(words):
        after = words[place + 1 : place + 3]
        if word in _I_HAVE and _DONE & set(after) and "que" not in after[:1]:
            return True
        asked = bool(_ASKED & {*words[:place], *after[:1]})
        if word in _I_HOLD and asked and after[:1] != ["que"] and cues & {"SALES", "ORDERS", "REVENUE", "UNITS"}:
            return True
    return False
