"""What leans on a question about single orders, customers or deals gone quiet: put into its call, or to be said whole.

The rules for all other questions know nothing of these: a follow-up that reached them would get another figure.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from agent.base import Situation
from agent.providers.offline.asked_orders import lean_on_order
from agent.providers.offline.asked_stalls import stage_of
from agent.providers.offline.direct import KNOWN_WORDS, read_directly
from agent.providers.offline.following import leans_on_another
from agent.providers.offline.lexing import scan
from agent.providers.offline.names import Names
from agent.providers.offline.plain import Plain, name_of, read_plainly, word_set
from agent.providers.offline.plan import Step, iso, saying
from agent.providers.offline.slots import Slots
from agent.providers.offline.splitting import questions_in
from models.catalogue import Catalogue

_THAT: Final = word_set(
    "isso disso nisso isto disto esse esses essa essas desse desses dessa dessas deles delas eso esos esas that those "
    "these them their"
)
_MINE: Final = word_set("meu meus minha minhas my mine mi mis mios")
_SMALL: Final = word_set(
    "e and y o a os as do da dos das de del of for em en in na no nas nos la el los las the with com con so apenas "
    "somente s only solo solamente ha hace faz mais que more than for since desde over last ultimos ultimas past ones "
    "what about how qual quais"
)


def lean_directly(
    text: str, history: Sequence[str], names: Names, situation: Situation, catalogue: Catalogue
) -> list[Step] | None:
    """None where the question before was another, or this one stands by itself."""
    asked: list[Step] = []
    for said in history:
        found = read_directly(said, names, situation, catalogue)
        leant = found or _merged(said, asked, names, situation, catalogue)
        if any(step.tool for step in leant):
            asked = leant
        elif not leant and not _leans(said, names, situation):
            asked = []
    if not asked:
        return None
    leant = _merged(text, asked, names, situation, catalogue)
    return leant or ([saying("say_it_whole")] if _leans(text, names, situation) else None)


def _leans(text: str, names: Names, situation: Situation) -> bool:
    """Whether it says too little to be read alone."""
    found = scan(text, names, situation.today)
    says_that = any(token.word in _THAT for token in found.tokens)
    return any(_is_part(one, says_that=says_that) for one in questions_in(found, []))


def _is_part(question: Slots, *, says_that: bool) -> bool:
    if not question.has_core:
        return leans_on_another(question) or (question.linked and bool(question.unknown or question.cues))
    of_somebody = "BRIEF" in question.cues and bool(question.names)
    says_all = question.periods or question.currency or question.topics or question.cues & {"GOAL", "HELP"}
    return says_that or (question.linked and not of_somebody and not says_all)


def _merged(text: str, asked: list[Step], names: Names, situation: Situation, catalogue: Catalogue) -> list[Step]:
    if not asked:
        return []
    plain = read_plainly(text, names, situation.today, KNOWN_WORDS)
    if asked[0].tool == "find_order":
        return lean_on_order(plain, asked, _SMALL)
    return _narrowed(plain, asked[0], situation, catalogue)


def _narrowed(plain: Plain, asked: Step, situation: Situation, catalogue: Catalogue) -> list[Step]:
    """ "E da Ana?", "e há 7 dias?", "só em proposta": each in place of what the question had."""
    people = [name_of(plain, hit) for hit in plain.names if hit.candidates[0].kind == "salesperson"]
    words = [word for word in plain.words(frozenset()) if any(char.isalnum() for char in word)]
    people += [situation.salesperson] if _MINE & set(words) and situation.salesperson else []
    others = [word for word in words if word not in _SMALL and not (word in _MINE and people)]
    is_of_deals = asked.tool == "stalled_deals"
    stages = [stage for word in others if is_of_deals and (stage := stage_of(word, catalogue))]
    times = plain.lengths if is_of_deals else (*plain.lengths, *plain.periods)
    if len(stages) != len(others) or max(len(people), len(plain.names), len(stages), len(times)) > 1:
        return []
    if len(plain.names) > len(people) or (is_of_deals and plain.periods):
        return []
    if not (people or stages or times) or (times and times[0].end < situation.today):
        return []
    told = {"salesperson": people[0]} if people else {}
    told |= {"stage": stages[0]} if stages else {}
    when = {} if not times else {"days": times[0].days} if is_of_deals else {"period": iso(times[0])}
    kept = {key: value for key, value in asked.arguments.items() if not (times and key == "reference")}
    return [replace(asked, arguments={**kept, **told, **when})]
