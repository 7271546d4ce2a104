"""Where one message holds several questions: sentences first, then conjunctions between two things asked."""

from collections.abc import Iterator

from agent.providers.offline.filling import slots_in
from agent.providers.offline.following import (
    asks_past,
    followed,
    held_against,
    leans_on_another,
    lent,
    of_whom,
    only_holds_against,
    only_refines,
    refined,
    with_period_of,
)
from agent.providers.offline.lexing import Mark, Scan
from agent.providers.offline.slots import CORE, Slots

_ENDS = frozenset("?!;")
_CONJUNCTIONS = frozenset({"e", "y", "and", ",", "pero", "but", "tambem", "alem", "also", "&", "+", "ou"})
# Words that only colour a question that something else makes: two of them are no two questions.
_COLOURS = frozenset({"TOP", "BOTTOM", "RESULT", "BASE"})
_MANNER = frozenset({"por", "em", "en", "in", "by", "per"})
_CHANGE = frozenset({"COMPARE", "BASE", "HOWMUCH"})
_EXACT = frozenset({"ORDERS", "UNITS", "TICKET", "REVENUE"})
_HELD = frozenset({"COMPARE", "BASE", "TOP", "BOTTOM", "RANKING"})
_LEAVING_OUT = frozenset({"BOTTOM", "EXCLUDE"})
_SETS = frozenset({"WHO", "CUSTOMER", "SALESPERSON", "PRODUCT", "CATEGORY"})
_NEW_QUESTION = frozenset({"COUNT", "HOWMUCH", "WHO", "WHAT"})


def questions_in(scan: Scan, before: list[Slots]) -> list[Slots]:
    """The questions of a message in order. One that leans on another takes from it what it leaves open; `before` are
    the questions of the turn before."""
    questions: list[Slots] = []
    for sentence in _sentences(scan):
        clauses = [slots_in(scan, first, last) for first, last in _clauses(scan, *sentence)]
        clauses = _shared(clauses)
        for number, clause in enumerate(clauses):
            if number == 0 and questions and only_refines(clause):
                questions = refined(questions, clause)
            elif questions and _only_wants_to_know(clause, questions[-1]):
                continue
            elif only_holds_against(clause) and any(one.has_core for one in (questions or before)[-1:]):
                questions.append(held_against((questions or before)[-1], clause))
            elif clause.has_core:
                leans = number == 0 and clause.linked and bool(questions or before)
                questions.append(with_period_of((questions or before)[-1], clause) if leans else clause)
            elif questions and not clause.linked and _only_adds(clause, questions[-1]):
                questions[-1] = followed(questions[-1], clause)
            elif (
                (questions or before) and leans_on_another(clause) and not asks_past(clause, (questions or before)[-1])
            ):
                questions += [followed(one, clause) for one in ([questions[-1]] if questions else _last_of(before))]
            elif not _is_chat(clause):
                questions.append(clause)
    questions = [of_whom(one, (questions[:number] or before)[-1:]) for number, one in enumerate(questions)]
    return _without_bare_changes(questions) or [slots_in(scan, 0, len(scan.tokens) - 1)]


def _without_bare_changes(questions: list[Slots]) -> list[Slots]:
    """ "Tá crescendo? Compara setembro com agosto" is one comparison, not two."""
    if not any(one.periods and "COMPARE" in one.cues for one in questions):
        return questions
    return [
        one
        for one in questions
        if one.periods or one.names or one.me or one.metric or not one.cues or not one.cues <= _CHANGE
    ]


def _last_of(before: list[Slots]) -> list[Slots]:
    return before[-1:]


def _shared(clauses: list[Slots]) -> list[Slots]:
    """ "vendas e pedidos de ontem", "vendi ontem e quantos pedidos": neighbours lend each other period and person."""
    shared: list[Slots] = []
    for number, clause in enumerate(clauses):
        if shared:
            clause = lent(shared[-1], clause)
        elif len(clauses) > 1 and not clause.periods:
            clause = lent(clauses[number + 1], clause)
        shared.append(clause)
    return shared


def _only_adds(clause: Slots, question: Slots) -> bool:
    """A sentence that only names the period which the question before it left open."""
    return bool(clause.periods) and not question.periods and not clause.names and not clause.unknown


def _only_wants_to_know(clause: Slots, question: Slots) -> bool:
    """ "Vou visitar o X, o que devo saber? Como estão as coisas?": the summary tells."""
    empty = not (clause.names or clause.periods or clause.limits or clause.owners or clause.unknown)
    told = bool(clause.cues) and clause.cues <= {"BRIEF", "RESULT", "WHAT", "ME"}
    return "BRIEF" in question.cues and bool(question.names) and empty and told


def _is_chat(clause: Slots) -> bool:
    """A sentence that asks for nothing and restricts nothing."""
    return not (clause.names or clause.periods or clause.limits or clause.owners or clause.dimensions)


def _sentences(scan: Scan) -> Iterator[tuple[int, int]]:
    first = 0
    for index, token in enumerate(scan.tokens):
        gap_after = scan.text[token.end : token.end + 1]
        line_before = index > first and "\n" in scan.text[scan.tokens[index - 1].end : token.start]
        if line_before:
            yield first, index - 1
            first = index
        if token.word in _ENDS or (token.word == "." and gap_after in {"", " "} and not _inside_name(scan, index)):
            if index > first:
                yield first, index - 1
            first = index + 1
    if first < len(scan.tokens):
        yield first, len(scan.tokens) - 1


def _inside_name(scan: Scan, index: int) -> bool:
    spans = [(hit.first, hit.last) for hit in scan.names] + [(one.first, one.last) for one in scan.periods]
    return any(first <= index <= last for first, last in spans)


def _clauses(scan: Scan, first: int, last: int) -> list[tuple[int, int]]:
    """Splits at a conjunction where both sides ask for something of their own."""
    for index in range(first + 1, last):
        if scan.tokens[index].word not in _CONJUNCTIONS or _inside_name(scan, index) or _in_mark(scan, index):
            continue
        if _in_number(scan, index):
            continue
        if _is_one_question(scan, first, index, last) or _narrows(scan, first, index, last):
            continue
        if _asks(scan, first, index - 1) and _asks_anew(scan, index + 1, last):
            return [(first, index - 1), *_clauses(scan, index + 1, last)]
    return [(first, last)]


def _is_one_question(scan: Scan, first: int, index: int, last: int) -> bool:
    """ "subiu ou caiu", "top 5 de março, unidades", "menos a água, quantas unidades": parts of what stands beside."""
    left, right = _cues(scan, first, index - 1), _cues(scan, index + 1, last)
    if scan.tokens[index].word in {"ou", "or", ","} and (_is_bare_change(right) or _is_bare_change(left)):
        return _has_no_period(scan, index + 1, last) or _has_no_period(scan, first, index - 1)
    if left <= _LEAVING_OUT and left and _has_no_period(scan, first, index - 1):
        return any(first <= hit.first < index for hit in scan.names)
    if left and left <= _EXACT and right & _HELD and _has_no_period(scan, first, index - 1):
        return True  # "em valor, top 3 clientes"
    only_measures = bool(right) and right <= _EXACT and _has_no_period(scan, index + 1, last)
    return only_measures and scan.tokens[index].word == "," and bool(left & _HELD) and not left & _EXACT


def _narrows(scan: Scan, first: int, index: int, last: int) -> bool:
    """ "Quem comprou em janeiro e não comprou em fevereiro", "... e comprou em março": fewer of the same, not a second
    question whose refusal would leave the first one's answer standing."""
    before = [mark for mark in scan.marks if first <= mark.first and mark.last < index]
    behind = [mark for mark in scan.marks if index < mark.first <= last and mark.concept != "FILLER"][:1]
    if not behind or not _SETS & {mark.concept for mark in before}:
        return False
    return _denies(behind[0]) or (behind[0].concept == "BUY" and any(_denies(mark) for mark in before))


def _denies(mark: Mark) -> bool:
    return (mark.concept, mark.value) == ("LIMIT", "negation")


def _is_bare_change(cues: set[str]) -> bool:
    return bool(cues) and cues <= {"COMPARE", "BASE"}


def _has_no_period(scan: Scan, first: int, last: int) -> bool:
    return not any(first <= one.first <= last for one in scan.periods)


def _in_number(scan: Scan, index: int) -> bool:
    before, token, after = scan.tokens[index - 1 : index + 2]
    return before.word.isdigit() and after.word.isdigit() and before.end == token.start and token.end == after.start


def _in_mark(scan: Scan, index: int) -> bool:
    return any(mark.first < index <= mark.last for mark in scan.marks)


def _is_manner(scan: Scan, first: int) -> bool:
    """ "..., por produto", "e em unidades": how the question before is to be answered."""
    return scan.tokens[first].word in _MANNER and any(first <= mark.first <= first + 1 for mark in scan.marks)


def _cues(scan: Scan, first: int, last: int) -> set[str]:
    return {mark.concept for mark in scan.marks if first <= mark.first and mark.last <= last}


def _asks(scan: Scan, first: int, last: int) -> bool:
    return bool(_cues(scan, first, last) & (CORE - {"RESULT"}))


def _asks_anew(scan: Scan, first: int, last: int) -> bool:
    if _is_manner(scan, first):
        return False
    cues = _cues(scan, first, last)
    strong = cues & (CORE - _COLOURS)
    # "produto mais vendido e o menos vendido", "top 5 clientes e top 3 produtos"
    ranked = cues & {"TOP", "BOTTOM"} and (cues & {"SALESPERSON", "CUSTOMER", "PRODUCT", "CATEGORY", "SALES"})
    return bool(strong or ranked or (cues & _NEW_QUESTION and cues & CORE))
