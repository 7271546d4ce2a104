"""Which entry of the catalogue a person means: without case and accents, by any part that picks out exactly one."""

import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache

from models.errors import ToolError

_MAX_CANDIDATES = 10
_MAX_SUGGESTIONS = 3


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower case, without accents and punctuation, words parted by one space."""
    parted = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(c for c in parted if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def match_names(words: str, names: Sequence[str]) -> list[str]:
    """Every name that the words may mean; a better kind of match (the whole, all words, any part) hides a worse one."""
    if words in names:
        return [words]
    wanted = fold(words)
    if not wanted:
        return []
    asked = set(wanted.split())
    whole = [name for name in names if fold(name) == wanted]
    by_words = whole or [name for name in names if asked <= set(fold(name).split())]
    return by_words or [name for name in names if wanted in fold(name)]


def resolve_name(kind: str, words: str, names: Sequence[str]) -> str:
    """The one name meant. Raises ToolError `ambiguous_name` with candidates, or `unknown_name` with suggestions."""
    found = match_names(words, names)
    if len(found) == 1:
        return found[0]
    shown = words[:80]
    if found:
        raise ToolError(
            f'"{shown}" fits {len(found)} entries of kind {kind}; ask which one is meant.',
            code="ambiguous_name",
            kind=kind,
            name=shown,
            candidates=found[:_MAX_CANDIDATES],
        )
    raise ToolError(
        f'No {kind} is called "{shown}".',
        code="unknown_name",
        kind=kind,
        name=shown,
        suggestions=_closest(words, names),
    )


def _closest(words: str, names: Sequence[str]) -> list[str]:
    """By the whole name first, then by the likeness of any one word of it."""
    wanted = fold(words)[:200]
    by_fold: dict[str, str] = {}
    for name in names:
        by_fold.setdefault(fold(name), name)
    by_word: dict[str, str] = {}
    for name in names:
        for word in fold(name).split():
            by_word.setdefault(word, name)
    close = [by_fold[key] for key in get_close_matches(wanted, by_fold, _MAX_SUGGESTIONS, 0.6)]
    for word in wanted.split()[:6]:
        close += [by_word[key] for key in get_close_matches(word, by_word, 1, 0.75)]
    return list(dict.fromkeys(close))[:_MAX_SUGGESTIONS]
