"""Figures of what holds a place in a list: "o segundo", "the leader", "do 2º para o 3º"."""

import re
from collections.abc import Iterator
from typing import Final

from agent.grounding.arithmetic.operands import MOST_LISTS
from agent.grounding.claims import Known
from agent.grounding.evidence import Evidence

_WORDS: Final = (
    r"lider(?:es)?|leader|campeao|campeon|top (?:seller|customer|client|rep)|primeir[oa]|primer[oa]?|first"
    r"|segund[oa]|second|runner-up|vice|terceir[oa]|tercer[oa]?|third|quart[oa]|cuart[oa]|fourth|quint[oa]|fifth"
)
_PLACES: Final = (
    (r"lider|leader|campe|top|prime|first", 0),
    (r"segund|second|runner|vice", 1),
    (r"terce|third", 2),
    (r"quart|cuart|fourth", 3),
    (r"quint|fifth", 4),
)
_NOT_OF_TIME: Final = r"(?!s?\s+(?:de [a-z]{4,}|tri|quarter|seme|half|quadri|cuatri|dia|day|lugar d))"
_RANK: Final = re.compile(rf"\b({_WORDS})\b{_NOT_OF_TIME}|\b([1-9])(?:[ºo°ª]|st|nd|rd|th)(?![a-z]){_NOT_OF_TIME}")


def find_ranked(sentence: str, evidence: Evidence) -> Iterator[Known]:
    """From every list that goes from the most to the least."""
    places = set[int]()
    for match in _RANK.finditer(sentence):
        word = match[1]
        places.add(int(match[2]) - 1 if match[2] else next(at for form, at in _PLACES if re.match(form, word)))
    if not places:
        return
    for items in list(evidence.collections.values())[:MOST_LISTS]:
        values = [abs(item.value) for item in items]
        if len(items) > 1 and values == sorted(values, reverse=True):
            yield from (items[place] for place in sorted(places) if place < len(items))
