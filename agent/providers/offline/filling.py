"""Fills the slots of one question from its marked tokens; nothing is decided here."""

from itertools import pairwise
from typing import Final

from agent.providers.offline.doubts import is_segment
from agent.providers.offline.excluding import excluded_of, excludes_me
from agent.providers.offline.lexing import Mark, PlacedPeriod, Scan
from agent.providers.offline.names import Entry, NameHit, NameKind
from agent.providers.offline.senses import implied, reread
from agent.providers.offline.slots import DIMENSIONS, METRICS, STATUSES, Slots


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LINKS = frozenset({"e", "and", "y", "mas", "but", "pero"})
_OWNER_BEFORE = _set(
    "do da dos das del ao aos las los os as of by de from para pra pro pelo pela com for to o a cliente vendedor "
    "vendedora "
    "produto customer client seller rep salesperson product categoria category marca al la el en em "
    "no na in"
)
_PLURAL_MARKS = _set(
    "clientes vendedores vendedoras produtos categorias estados customers clients salespeople reps "
    "sellers products categories states productos categorias representantes melhores piores maiores "
    "menores mejores peores mayores principais itens items quais cuales dias meses days months "
    "lideres campeoes vendidos vendidas"
)
_KIND_WORDS: Final[dict[str, NameKind]] = {
    "CUSTOMER": "customer",
    "SALESPERSON": "salesperson",
    "PRODUCT": "product",
    "CATEGORY": "category",
}


_OWNERS = _set("do da dos das pelo pela ao del of by cliente")
_ORDERING = frozenset({"TOP", "BOTTOM", "RANKING", "BESTSELLER", "WORSTSELLER", "BY", "ASCENDING", "DESCENDING"})
_ARTICLES = _set("o a do da de the of el la del")
_WITH = _set("com con with to ao aos al")
_INSIDE_NAMES = _set("do da de dos das del")


def slots_in(scan: Scan, first: int, last: int) -> Slots:
    """The slots of the tokens first to last, both included."""
    marks = [mark for mark in scan.marks if first <= mark.first and mark.last <= last]
    marks = reread(scan, marks)
    cues = {mark.concept for mark in marks}
    cues |= {"ME", "SALES"} if "ISOLD" in cues else set()
    cues |= implied(scan, marks, cues, first, last)
    cues |= (
        {"SALES"} if cues & set(STATUSES) and not cues & {"ORDERS", "UNITS", "TICKET", "PIPELINE", "STAGE"} else set()
    )
    cues |= {"TOP"} if "RANKING" in cues and "BOTTOM" not in cues else set()
    names = [_narrowed(hit, marks) for hit in scan.names if first <= hit.first and hit.last <= last]
    segments = [hit for hit in names if is_segment(scan.tokens, hit)]
    names = [hit for hit in names if hit not in segments]
    excluded = excluded_of(scan, names, marks)
    placed = [one for one in scan.periods if first <= one.first and one.last <= last]
    unknown = [index for index in scan.unknown if first <= index <= last]
    unknown = _without_counted(scan, unknown, marks, names)
    unknown += [mark.first for mark in marks if mark.concept == "GOALWORD" and "GOAL" not in cues]
    unknown += [index for mark in marks if _is_greeting_named(scan, mark) for index in range(mark.first, mark.last + 1)]
    strangers = [one for hit in names if (one := _stranger(scan, hit, unknown)) is not None]
    names = [hit for hit in names if hit.first not in {one.start for one in strangers}]
    unknown = [index for index in unknown if not any(index in one for one in strangers)]
    owners = [index for index in unknown if _looks_like_owner(scan, index, first)]
    words = [scan.tokens[index].word for index in range(first, last + 1)]
    return Slots(
        cues=frozenset(cues - _spent(scan, marks, excluded)),
        metric=next((mark.value for mark in marks if mark.concept == "METRIC"), None) or _metric(cues),
        dimensions=_dimensions(scan, marks, names),
        grouped=_grouped(scan, marks),
        separately=_separately(scan, marks),
        count=_count(scan, marks),
        plural=bool(_PLURAL_MARKS & set(words)),
        names=tuple(hit for hit in names if hit not in excluded),
        excluded=tuple(excluded),
        excludes_me=excludes_me(marks),
        me=bool(cues & {"ME"}) and "TEAM" not in cues and not excludes_me(marks),
        team="TEAM" in cues,
        status=next((STATUSES[cue] for cue in ("CANCELLED", "INVOICED", "OPEN") if cue in cues), None),
        periods=tuple(one.found for one in placed),
        base=_base(scan, marks, [one.first for one in placed]),
        currency=next((mark.value for mark in marks if mark.concept == "CURRENCY"), None),
        stages=tuple(dict.fromkeys(mark.value for mark in marks if mark.concept == "STAGE")),
        topics=tuple(dict.fromkeys(mark.value for mark in marks if mark.concept == "OUT")),
        limits=tuple(dict.fromkeys([*_limits(scan, marks, placed, names), *["segment"] * len(segments)])),
        unknown=tuple(_shown(scan, index) for index in unknown if index not in owners),
        owners=(*(_shown(scan, one.start, one.stop - 1) for one in strangers), *(_shown(scan, one) for one in owners)),
        pronouns=tuple(_shown(scan, mark.first) for mark in marks if mark.concept == "PRONOUN"),
        linked=_leans(words),
    )


def _is_greeting_named(scan: Scan, mark: Mark) -> bool:
    """ "vendas do Bom Dia" where nobody is called so: a name nobody has, not a greeting."""
    return mark.concept == "GREETING" and mark.first > 0 and scan.tokens[mark.first - 1].word in _OWNERS


def _leans(words: list[str]) -> bool:
    """ "E ontem?", "what about yesterday?"; but "e aí, quanto vendemos?" only greets."""
    opening = tuple(words[:2])
    return opening in {("what", "about"), ("how", "about"), ("que", "tal")} or (
        bool(words) and words[0] in _LINKS and opening[1:] != ("ai",)
    )


def _owns(scan: Scan, index: int) -> bool:
    return scan.tokens[index].word in {"do", "da", "de", "of", "del"}


def _limits(scan: Scan, marks: list[Mark], placed: list[PlacedPeriod], names: list[NameHit]) -> list[str]:
    """Restrictions named outright, and periods inside one another ("a sexta de fevereiro"), which nobody resolved."""
    limits = [mark.value for mark in marks if mark.concept == "LIMIT"]
    owned = {hit.first - 2 for hit in names if hit.candidates[0].kind == "salesperson"}
    limits += (
        ["team"] if any(m.concept == "TEAM" and m.last in owned and _owns(scan, m.last + 1) for m in marks) else []
    )
    for one, other in pairwise(placed):
        between = {token.word for token in scan.tokens[one.last + 1 : other.first]}
        if between <= {"de", "do", "da", "del", "of", "in", "em", "en", "no", "na", "the", "la"}:
            limits.append("period")
    return limits


def _shown(scan: Scan, first: int, last: int | None = None) -> str:
    return scan.text[scan.tokens[first].start : scan.tokens[first if last is None else last].end]


def _stranger(scan: Scan, hit: NameHit, unknown: list[int]) -> range | None:
    """ "Padaria Fantasma" where there are other bakeries: the name of nobody, and no choice among those."""
    if len(hit.candidates) < 2:
        return None
    end = hit.last + 1
    while end in unknown or (end + 1 in unknown and scan.tokens[end].word in _INSIDE_NAMES):
        end += 1
    return range(hit.first, end) if end > hit.last + 1 else None


def _metric(cues: set[str]) -> str | None:
    if "COUNT" in cues and not cues & {"UNITS", "TICKET", "REVENUE"}:
        return "orders" if "ORDERS" in cues else None
    return next((METRICS[cue] for cue in ("TICKET", "UNITS", "REVENUE", "ORDERS") if cue in cues), None)


def _dimensions(scan: Scan, marks: list[Mark], names: list[NameHit]) -> tuple[str, ...]:
    """What the question is laid out by; "cliente" right before a customer's name only introduces the name."""
    named = {(hit.candidates[0].kind, hit.first) for hit in names}
    if not any(mark.concept in _ORDERING for mark in marks):  # "top 5 produtos de limpeza" are products
        named |= {("product", first) for kind, first in named if kind == "category"}  # "produtos de limpeza"
    found = [
        cut
        for mark in marks
        if (cut := _dimension_of(mark)) and (cut, _after_article(scan, mark.last + 1)) not in named
    ]
    return tuple(dict.fromkeys(found))


def _dimension_of(mark: Mark) -> str | None:
    return mark.value if mark.concept == "DIMENSION" else DIMENSIONS.get(mark.concept)


def _after_article(scan: Scan, index: int) -> int:
    has_article = index + 1 < len(scan.tokens) and scan.tokens[index].word in _ARTICLES
    return index + 1 if has_article else index


def _grouped(scan: Scan, marks: list[Mark]) -> bool:
    """ "por vendedor": a grouping word right before a dimension; "por dia" holds its own."""
    ends = {mark.last + 1 for mark in marks if mark.concept == "BY"}
    for mark in marks:
        before = mark.first
        while (
            before not in ends and before > 0 and scan.tokens[before - 1].word in {"o", "a", "the", "el", "la", "cada"}
        ):
            before -= 1
        if _dimension_of(mark) and before in ends:
            return True
        if mark.concept in {"BYDAY", "BYMONTH"} and (mark.first != mark.last or _is_adverb(scan, mark)):
            return True
    return False


def _separately(scan: Scan, marks: list[Mark]) -> bool:
    ends = {mark.last + 1 for mark in marks if mark.concept == "BY"}
    laid_out = [mark for mark in marks if _dimension_of(mark)]
    return any(
        scan.tokens[one.last + 1].word in _LINKS | {","}
        and (other.first in ends or other.concept in {"BYDAY", "BYMONTH"})
        for one, other in pairwise(laid_out)
    )


def _is_adverb(scan: Scan, mark: Mark) -> bool:
    return scan.tokens[mark.first].word not in {"dia", "dias", "day", "days", "mes", "meses", "month", "months"}


def _count(scan: Scan, marks: list[Mark]) -> int | None:
    """A number beside a word of order or of a dimension: "top 5", "os 3 maiores", "5 clientes"."""
    beside = {"TOP", "BOTTOM", "RANKING", "BESTSELLER", "WORSTSELLER", "DIMENSION", *DIMENSIONS}
    ordering = [mark for mark in marks if mark.concept in beside]
    starts, after = {mark.first for mark in ordering}, {mark.last + 1 for mark in ordering}
    for mark in marks:
        if mark.concept == "NUMBER" and (mark.first in after or mark.last + 1 in starts):
            return int(mark.value)
    return None


def _spent(scan: Scan, marks: list[Mark], excluded: list[NameHit]) -> set[str]:
    """Cues that did their work elsewhere: "menos" in "menos o João", a lone packaging word inside a count."""
    spent = set()
    if (
        excluded
        and sum(mark.concept == "BOTTOM" for mark in marks) == 1
        and not any(m.concept == "EXCLUDE" for m in marks)
    ):
        spent.add("BOTTOM")
    if _count(scan, marks) is not None and sum(mark.concept == "NUMBER" for mark in marks) == 1:
        spent.add("NUMBER")
    return spent


def _narrowed(hit: NameHit, marks: list[Mark]) -> NameHit:
    """ "cliente Silva": the word before the name says which list to look in."""
    for mark in marks:
        kind = _KIND_WORDS.get(mark.concept)
        if kind is not None and mark.last + 1 <= hit.first <= mark.last + 2:
            of_kind: tuple[Entry, ...] = tuple(entry for entry in hit.candidates if entry.kind == kind)
            if of_kind:
                return NameHit(hit.first, hit.last, of_kind)
    return hit


def _base(scan: Scan, marks: list[Mark], starts: list[int]) -> int | None:
    """The period right after "vs", "em relação a", "than", "compare with"."""
    ends = {mark.last for mark in marks if mark.concept == "BASE"} | _compared_with(scan, marks)
    for number, start in enumerate(starts):
        before = start - 1
        while before >= 0 and before not in ends and scan.tokens[before].word in _OWNER_BEFORE | {"as", "os", "the"}:
            before -= 1
        if before in ends:
            return number
    return None


def _compared_with(scan: Scan, marks: list[Mark]) -> set[int]:
    """Where "com" stands in "compara com", "compare it to", "compáralo con"."""
    verbs = [
        m.last for m in marks if m.concept in {"COMPARE", "BASE"} and scan.tokens[m.last].word.startswith("compar")
    ]
    return {index for index, token in enumerate(scan.tokens) if verbs and verbs[0] < index and token.word in _WITH}


def _without_counted(scan: Scan, unknown: list[int], marks: list[Mark], names: list[NameHit]) -> list[int]:
    """ "quantas bisnagas de X": whatever is counted right before a product's name is a unit of it."""
    counted = {mark.last + 1 for mark in marks if mark.concept == "COUNT"}
    products = {hit.first for hit in names if hit.candidates[0].kind in {"product", "category"}}
    return [i for i in unknown if not (i in counted and products & {i + 1, i + 2})]


def _looks_like_owner(scan: Scan, index: int, first: int) -> bool:
    token = scan.tokens[index]
    capital = scan.text[token.start].isupper() and index > first and not scan.text.isupper()
    after_owner = index > 0 and scan.tokens[index - 1].word in {"do", "da", "dos", "das", "del", "of", "by", "s"}
    person = index > 0 and scan.tokens[index - 1].word in {"cliente", "vendedor", "vendedora", "produto", "customer"}
    return capital or after_owner or person
