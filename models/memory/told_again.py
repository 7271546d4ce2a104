"""Whether what an LLM read was told before, in these words or in others. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from models.retrieval.lexicon import read_words


@dataclass(frozen=True, slots=True)
class Earlier:
    """Something of the same person or customer that was kept, and whether it stands."""

    value: str
    turn_id: UUID
    stands: bool


def is_told_again(value: str, turn_id: UUID, kept: Iterable[Earlier]) -> bool:
    """Whether it says no more than something that was kept, or says the same of its own turn and more. Of a turn of
    which anything was ended nothing is read again: whoever ended it does not care in which words it comes back."""
    words = frozenset(read_words(value))
    return any(_says_again(value, words, turn_id, one) for one in kept)


def _says_again(value: str, words: frozenset[str], turn_id: UUID, one: Earlier) -> bool:
    is_of_turn = one.turn_id == turn_id
    if (is_of_turn and not one.stands) or value.casefold() == one.value.casefold():
        return True
    before = frozenset(read_words(one.value))
    return bool(words and before) and (words <= before or (is_of_turn and before <= words))
