"""What a row of a list says of its state: a yes or no, or a word that it shares with other rows."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from agent.grounding.words.folding import fold_in_place

# A state, in the words of people and of tools, and the state that is its contrary.
_STATES: Final[tuple[tuple[str, str], ...]] = (
    (
        r"encerr\w*|fechad\w*|cerr(?:ad|aron|amos)\w*|closed|finaliz\w*|conclu[ids]\w*",
        r"em aberto|abert[oa]s?|abiert[oa]s?|open",
    ),
    (
        r"pag[oa]s?|paid|quitad\w*|liquidad\w*|settled",
        r"unpaid|em aberto|pendentes?|pendientes?|pending|nao pag\w*",
    ),
    (
        r"vencid\w*|atrasad\w*|em atraso|overdue|late|delayed|atrasos?",
        r"no prazo|em dia|on time|a tiempo|al dia|a vencer|not due",
    ),
    (r"ganh[oa]s?|ganhamos|ganad[oa]s?|ganamos|won", r"perdid[oa]s?|perdemos|perdimos|lost"),
    (r"entregues?|entregad[oa]s?|delivered", r"em transito|en transito|in transit|nao entregues?|undelivered"),
    (r"faturad\w*|faturaram|invoiced|billed|facturad\w*", r"nao faturad\w*|not invoiced|sin facturar"),
    (r"em andamento|en curso|in progress|ongoing", r"parad[oa]s?|stalled"),
    (r"cancelad\w*|anulad\w*|cancell?ed", r"validos?|valid"),
    (r"ativ[oa]s?|activ[oa]s?|active", r"inativ[oa]s?|inactiv[oa]s?|inactive"),
)
_PAIRS: Final = [tuple(re.compile(rf"\b(?:{side})\b") for side in pair) for pair in _STATES]
_WORD: Final = re.compile(r"[a-z]{3,}")
_LEAST_STEM: Final = 3
_ENDING: Final = 2  # letters of a word that number and gender may change
_LONGEST: Final = 30

Flag = bool | str
# Of each list, by its path: the rows that hold a value, by their paths, for each column.
Flags = dict[str, dict[str, dict[Flag, list[str]]]]


def note_flags(flags: Flags, path: str, row: Mapping[str, Any], place: str) -> None:
    """What a row of the list at `path` may share with others."""
    columns = flags.setdefault(path, {})
    for key, value in row.items():
        if isinstance(value, str) and len(value) <= _LONGEST and not any(map(str.isdigit, value)):
            value = fold_in_place(value)
        elif not isinstance(value, bool):
            continue
        columns.setdefault(fold_in_place(key), {}).setdefault(value, []).append(place)


def is_named(key: str, value: Flag, sentence: str, *, is_name: bool = False) -> bool:
    """Whether a sentence says it: by its own word, unless that is a name, or by one for the same state in another
    language."""
    if isinstance(value, str):
        is_told = not is_name and _shares_a_word(value, sentence)
        return is_told or _is_state(value.replace("_", " "), sentence, holds=True)
    name = key.replace("_", " ")
    return _is_state(name, sentence, holds=value) or (value and _shares_a_word(name, sentence))


def _is_state(name: str, sentence: str, *, holds: bool) -> bool:
    state = _state(name)
    return state is not None and bool(_PAIRS[state[0]][state[1] if holds else 1 - state[1]].search(sentence))


@lru_cache(maxsize=1_000)
def _state(name: str) -> tuple[int, int] | None:
    """Which pair it is of, and which side of it."""
    found = ((number, at) for number, pair in enumerate(_PAIRS) for at in (0, 1) if pair[at].search(name))
    return next(found, None)


def _shares_a_word(name: str, sentence: str) -> bool:
    """All of its words, so that one bakery is not another."""
    stems = _stems(name)
    return bool(stems) and all(word in sentence and re.search(rf"\b{word}", sentence) for word in stems)


@lru_cache(maxsize=1_000)
def _stems(name: str) -> list[str]:
    return [word[: max(_LEAST_STEM, len(word) - _ENDING)] for word in _WORD.findall(name)]
