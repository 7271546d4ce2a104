"""Facts in a person's own words, by rules, in Portuguese, English and Spanish: what memory rests on without an LLM.

Rather one too few than one too many: a fact that is missed can be told again, one that was never told is a lie. Pure.
"""

from collections.abc import Sequence
from datetime import date

from agent.memory.instructions import is_instruction
from agent.memory.profile import find_profile
from agent.memory.sentences import own_sentences
from agent.memory.told import Told
from agent.memory.trade import find_trade
from agent.memory.wishes import find_wishes

_MOST = 8  # of one message: whoever tells more has pasted something
_LONGEST_VALUE = 200


def find_told(text: str, today: date) -> Sequence[Told]:
    """In the order in which they were told; the last word on a thing counts."""
    found: dict[tuple[str, str], Told] = {}
    for sentence in own_sentences(text):
        if is_instruction(sentence.folded):
            continue
        for told in (*find_profile(sentence), *find_wishes(sentence, today), *find_trade(sentence)):
            if len(told.value) <= _LONGEST_VALUE:
                found[told.predicate, "" if told.is_single else told.value.casefold()] = told
    return tuple(found.values())[:_MOST]
