"""Ids as a person types them: whole, or the beginning that tells one from the others."""

from collections.abc import Callable, Sequence
from uuid import UUID

from bot.commands.base import CommandError
from models.ids import id_range

_SHOWN = 18  # characters: the time to the millisecond, and enough chance to tell parts of one reply apart


def shorten(key: UUID) -> str:
    """Short enough for a table, long enough to be typed back."""
    return str(key)[:_SHOWN]


def resolve_id(asked: str, find: Callable[[UUID, UUID], Sequence[UUID]], kind: str, listed_by: str) -> UUID:
    """The one id that begins so. `find` gives the ids in a range. Raises CommandError for none, and for several."""
    bounds = id_range(asked)
    if bounds is None:
        raise CommandError(f"{asked!r} is no id of a {kind}: `{listed_by}` shows them")
    found = find(*bounds)
    if not found:
        raise CommandError(f"there is no {kind} {asked}: `{listed_by}` shows them")
    if len(found) > 1:
        several = "\n".join(f"  {key}" for key in found)
        raise CommandError(f"{asked} is the beginning of several: type more of the id\n{several}")
    return found[0]
