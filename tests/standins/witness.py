"""Who watches a stand-in take a request: told at two moments, and may have it hang up there."""

from collections.abc import Callable
from typing import Literal

Moment = Literal["half", "accepted"]  # part of the request is here; all of it was taken, nothing answered
Witness = Callable[[Moment], bool]  # called in the stand-in's own thread; True: hang up


def nobody(moment: Moment) -> bool:
    """Lets everything go its way."""
    return False
