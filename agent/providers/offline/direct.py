"""Questions that have a shape of their own - single orders, customers and deals gone quiet - read before all others.

They are answered only if every word of the message is accounted for; else the message is read as if this were not here.
"""

from collections.abc import Callable
from typing import Final

from agent.base import Situation
from agent.providers.offline.asked_lapses import LAPSE_WORDS, read_lapses
from agent.providers.offline.asked_orders import ORDER_WORDS, read_orders
from agent.providers.offline.asked_stalls import STALL_WORDS, read_stalls
from agent.providers.offline.names import Names
from agent.providers.offline.plain import Plain, sentences_in
from agent.providers.offline.plan import Step
from models.catalogue import Catalogue

_Reader = Callable[[Plain, Situation, Catalogue], list[Step] | None]
KNOWN_WORDS: Final = ORDER_WORDS | LAPSE_WORDS | STALL_WORDS
_READERS: Final[tuple[_Reader, ...]] = (read_orders, read_lapses, read_stalls)


def read_directly(text: str, names: Names, situation: Situation, catalogue: Catalogue) -> list[Step]:
    """The calls; none where any sentence asks for something else."""
    steps: list[Step] = []
    for plain in sentences_in(text, names, situation.today, KNOWN_WORDS):
        found = next((read for reader in _READERS if (read := reader(plain, situation, catalogue))), None)
        if found is None:
            return []
        steps += [step for step in found if step not in steps]
    return steps
