"""What a person told of herself or of her company: one statement, read out of her own words. Values, no SQL."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Subject = Literal["person", "company"]
Kind = Literal["profile", "preference", "commitment", "objection", "decision"]

# Of these a person has one at a time: a new value closes the old one. Of all others she may have several.
SINGLE: Final = frozenset(
    {"name", "nickname", "company", "role", "email", "phone", "cnpj", "city", "birthday", "main_customer"}
    | {"territory", "boss"}
)


@dataclass(frozen=True, slots=True)
class Told:
    """`predicate` names what it is about; with a colon it carries a topic (`preference:payment`), of which a person
    has one value at a time. `quote` is where it stands in her words, to the letter. `due_on` is the day that a
    commitment is for."""

    subject: Subject
    predicate: str
    value: str
    kind: Kind
    quote: str
    due_on: date | None = None
    confidence: float = 0.9

    @property
    def is_single(self) -> bool:
        return is_single(self.predicate)


def is_single(predicate: str) -> bool:
    """Whether a new value of it closes the one before."""
    return predicate in SINGLE or ":" in predicate
