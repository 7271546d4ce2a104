"""Questions put to the company about what it always does: "vocês entregam aos sábados?". Pure.

Closed lists: whatever could mean one order, this asker or what was said before stays out.
"""

from collections.abc import Sequence
from typing import Final

from agent.cache.words import COMPANY_DOES, IN_PARTICULAR

_FEWEST_WORDS: Final = 2  # beside who is asked, and what is done


def asks_for_a_habit(words: Sequence[str]) -> bool:
    """Whether a question in its one spelling, in lower case, is whole although nothing in it asks for a figure."""
    said = _after_who(words)
    if not said or said[0] not in COMPANY_DOES or asks_in_particular(words):
        return False
    rest = said[1:]
    return len(rest) >= _FEWEST_WORDS and not any(character.isdigit() for word in rest for character in word)


def asks_in_particular(words: Sequence[str]) -> bool:
    """Whether the company is asked about one order, one asker or one day."""
    return bool(_after_who(words)) and not IN_PARTICULAR.isdisjoint(words)


def _after_who(words: Sequence[str]) -> Sequence[str]:
    if tuple(words[:2]) in {("do", "you"), ("don't", "you")}:
        return words[2:]
    if not words or words[0] not in {"voces", "ustedes"}:
        return ()
    return words[2:] if words[1:2] in (["nao"], ["no"]) else words[1:]
