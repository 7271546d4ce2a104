"""What a search in documents takes and gives: values, without SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from models.retrieval.answering import Asked, likelihood


@dataclass(frozen=True, slots=True)
class SearchScope:
    """Whose documents are searched, through whose eyes, and as of which day. `role` "" sees everything, `language`
    None takes any."""

    tenant_id: UUID
    role: str
    language: str | None
    on: date


def passage_id(given_id: object, document: str, place: int) -> Any:
    """As it was given, else the document and its place in it, counted from 1."""
    return f"{document}#{place}" if given_id is None else given_id


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document. `id` is as it was given, for passages that came with one; `document` is its key, `place`
    says where in it: page, sheet, row, line or clause. `coverage` is the share of the question that it holds,
    `nearness` how near it is by what it means. A price in it that does not hold on the day asked for names the day it
    ended on, or the one it begins on."""

    id: Any
    document: str
    title: str
    place: Mapping[str, Any]
    text: str
    score: float
    path: tuple[str, ...] = ()
    coverage: float = 0.0
    nearness: float = 0.0
    price_ended_on: date | None = None
    price_begins_on: date | None = None
    document_id: UUID | None = field(default=None, repr=False)
    asked: Asked | None = field(default=None, repr=False)

    @property
    def answers(self) -> float:
        """How far it goes as an answer. Read of the text at each look: 0.5 ms of a processor for 1,000 characters."""
        if self.asked is None:
            return self.nearness
        return likelihood(self.asked, self.text, "\n".join([self.title, *self.path]), self.nearness)
