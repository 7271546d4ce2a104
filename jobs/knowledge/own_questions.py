"""Vectors judged by the operator's own questions, whose answers she knows: how people really ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Engine

from jobs.knowledge.embedding_asking import Asker
from jobs.knowledge.fusing import Ranges
from jobs.knowledge.gate import Trial, embed_texts, sum_up, try_out
from models.errors import ProviderError
from models.knowledge.chunk import number_ids
from models.knowledge.chunk_vector import Vector, nearest
from models.knowledge.document import readable_numbers
from models.knowledge.embedding_space import Serving, Verdict
from models.knowledge.passage import SearchScope
from models.retrieval.fusion import CANDIDATES
from models.search.index import SearchIndex

FEWEST: Final = 10


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """`ids` are those of passages, any of which answers it."""

    text: str
    ids: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """`unknown` are ids that no passage has: their questions count as not answered by anybody."""

    verdict: Verdict
    unknown: tuple[Any, ...]


def judge_by_questions(
    engine: Engine, asker: Asker, tenant_id: UUID, space: Serving, questions: Sequence[OwnQuestion], today: date
) -> Judged:
    """Among all that the company has and that holds today. Raises ProviderError, BudgetExceeded."""
    vectors = embed_texts(asker, tenant_id, space.embedder, [question.text for question in questions])
    if vectors.shape[1] != space.dimension:
        raise ProviderError(f"vectors have {vectors.shape[1]} figures, not {space.dimension}", kind="unknown")
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        numbers = number_ids(connection, tenant_id)
        allowed = readable_numbers(connection, SearchScope(tenant_id, "", None, today))
        ground = _Ground(connection, tenant_id, space, allowed)
        trials = [
            ground.try_out(question.text, vector.tolist(), {n for one in question.ids for n in numbers.get(one, ())})
            for question, vector in zip(questions, vectors, strict=True)
        ]
    unknown = tuple(one for question in questions for one in question.ids if one not in numbers)
    return Judged(sum_up("given", trials), unknown)


class _Ground:
    """What one transaction sees of the company's passages."""

    def __init__(self, connection: Connection, tenant_id: UUID, space: Serving, allowed: Ranges) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._space = space
        self._allowed = allowed
        self._index = SearchIndex(connection)
        self._words = self._index.find_space(tenant_id, "documents", tenant_id)

    def try_out(self, text: str, vector: Vector, answers: set[int]) -> Trial:
        assert self._words is not None, "there are vectors of passages, so there are passages"
        by_words = [hit.number for hit in self._index.search(self._words, text, CANDIDATES, self._allowed)]
        near = dict(nearest(self._connection, self._tenant_id, self._space, vector, CANDIDATES, self._allowed))
        wrong = max((similarity for number, similarity in near.items() if number not in answers), default=-1.0)
        return try_out(answers, by_words, list(near), wrong)
