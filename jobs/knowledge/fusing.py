"""Two ways to find a passage made into one: by its words, and by what it means."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from jobs.knowledge.meaning import AskedVector
from models.knowledge.chunk_vector import nearest
from models.retrieval.answering import ANSWERS
from models.retrieval.fusion import CANDIDATES, fuse
from models.retrieval.ranking import Hit
from models.search.index import SearchIndex

Ranges = Sequence[tuple[int, int]]


class Finder:
    """What one transaction sees of a company's passages, as far as `allowed` goes: ranges of their numbers."""

    def __init__(self, connection: Connection, tenant_id: UUID, space_id: int, allowed: Ranges) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._space_id = space_id
        self._allowed = allowed
        self._index = SearchIndex(connection)

    def find(self, query: str, k: int, asked: AskedVector | None) -> list[Hit]:
        """The best `k`, the best first; by words alone without `asked`."""
        if asked is None:
            return self._by_words(query, k, self._allowed)
        wanted = max(k, CANDIDATES)
        by_words = {hit.number: hit for hit in self._by_words(query, wanted, self._allowed)}
        near = dict(nearest(self._connection, self._tenant_id, asked.space, asked.vector, wanted, self._allowed))
        best = fuse(list(by_words), list(near))[:k]
        unread = [(number, number) for number, _ in best if number not in by_words]
        if unread:  # they may hold words of the question all the same, too few to be among the best
            by_words |= {hit.number: hit for hit in self._by_words(query, len(unread), unread)}
        return [
            _fused(number, score, by_words.get(number), nearness(near.get(number), asked.space.near))
            for number, score in best
        ]

    def _by_words(self, query: str, k: int, allowed: Ranges) -> list[Hit]:
        return self._index.search(self._space_id, query, k, allowed)


def _fused(number: int, score: float, by_words: Hit | None, near: float) -> Hit:
    """Its coverage is what it holds of the question's words, or what its nearness is worth, whichever is more."""
    if by_words is None:
        return Hit(number, score, near, nearness=near)
    return replace(by_words, score=score, coverage=max(by_words.coverage, near), nearness=near)


def nearness(similarity: float | None, near: float | None) -> float:
    """Nearness on the scale of coverage and of answering: nothing for what lies no nearer than wrong passages do, from
    there on as much as half of the words and up to all of them. Pure."""
    if similarity is None or near is None or similarity < near or near >= 1:
        return 0.0
    return ANSWERS + (1 - ANSWERS) * (min(similarity, 1.0) - near) / (1 - near)
