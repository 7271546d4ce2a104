"""Lists that a document holds as prose: "Bebidas: 2%. Limpeza e Higiene: 3,5%." gives each figure a name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.grounding.words.folding import fold_in_place

_ENTRY: Final = re.compile(  # everything in it is bounded: passages may be anybody's
    r"(?:^|(?<=[\s.;]))(?:[-*•]\s)?([A-ZÀ-Ý][^:.;\n\d]{2,60}):\s{1,3}(?:R\$\s?)?\d[\d.,]{0,20}(?!\d)\s?%?"
    r"(?=[.,;]?(?:\s{1,3}[-*•A-ZÀ-Ý]|\s{0,3}$))",
    re.MULTILINE,
)
_LEAST: Final = 2  # one alone is a sentence about something


@dataclass(frozen=True, slots=True)
class Entry:
    """`start` and `end` are those of its figure's side; `name` is folded."""

    start: int
    end: int
    name: str


def find_entries(text: str) -> Sequence[Entry]:
    """None but where several stand together, each with no more than one figure."""
    found = [Entry(match.end(1), match.end(), fold_in_place(match[1].strip(" *_"))) for match in _ENTRY.finditer(text)]
    return found if len(found) >= _LEAST else ()
