"""Finding what a person typed among names that are known: accents and case forgiven, typos answered by suggestions."""

import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

from bot.commands.base import CommandError


def fold(name: str) -> str:
    """The name without case, accents and superfluous spaces. Pure."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def resolve_name(asked: str, known: Sequence[str], option: str, kind: str) -> str:
    """The known spelling of `asked`. Raises CommandError with the nearest names when there is none."""
    by_fold = {fold(name): name for name in known}
    found = by_fold.get(fold(asked))
    if found is not None:
        return found
    near = [by_fold[entry] for entry in get_close_matches(fold(asked), by_fold, n=3, cutoff=0.6)]
    holding = [name for entry, name in by_fold.items() if fold(asked) in entry and name not in near]
    nearest = (near + holding)[:5] or sorted(known)[:5]
    hint = f"; the nearest: {', '.join(nearest)}" if nearest else ""
    raise CommandError(f'{option}: the sales data knows no {kind} "{asked}"{hint}')
