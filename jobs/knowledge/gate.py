"""Whether vectors find what is asked for, tried on a company's own documents before they may say anything in answers.

Questions whose answers are known are made of the passages: a sentence is taken out of each, and the rest must be found
by it. So neither words nor vectors have the question before them, and what is tried is whether they know what belongs
together. How people ask is not tried: the operator's own questions do that (`jobs.knowledge.own_questions`).
"""

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from jobs.knowledge.embedding_asking import Asker
from models.errors import ProviderError
from models.ids import new_id
from models.knowledge.chunk_vector import Sample, Vector, read_sample
from models.knowledge.embedding_space import Embedder, Filling, JudgedBy, Verdict
from models.retrieval.fusion import CANDIDATES, fuse
from models.search.index import IndexedText, SearchIndex
from models.session import statement_scope

POOL: Final = 1_000  # passages that a question's answer is looked for among
ASKS: Final = 150
_FEWEST_ASKS: Final = 20
_FEWEST_PASSAGES: Final = 50  # of fewer, five at random hold the answer too often
AMONG: Final = 5
_WRONG: Final = 0.95  # of the wrong passages that came nearest, lie further away than what counts as near
_AT_ONCE: Final = 16
_PATIENCE: Final = 60.0  # seconds for each request
_SENTENCE_ENDS: Final = re.compile(r"(?<=[.!?;])\s+|\n+")
_FEWEST_WORDS: Final = 6  # of a question; twice as many must be left

Floats = NDArray[np.float64]


class OtherDimension(Exception):
    """Vectors are no longer of the length that those kept have: another model answers to the name."""

    def __init__(self, dimension: int) -> None:
        super().__init__(f"vectors have {dimension} figures now")
        self.dimension = dimension


class ClaimLost(Exception):
    """Somebody else has the space by now: another worker, or the operator, who has judged it herself."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A question, and the place in the pool of the passage that it was taken from, as it reads without it."""

    place: int
    question: str
    rest: str


@dataclass(frozen=True, slots=True)
class Trial:
    """Whether a question's answer was among the first five, and how near the nearest wrong passage came."""

    by_words: bool
    by_vectors: bool
    by_both: bool
    wrong: float


def _go_on() -> None:
    """Nobody has to be told."""


def judge_by_passages(
    engine: Engine, asker: Asker, filling: Filling, after_each: Callable[[], None] = _go_on
) -> Verdict:
    """With questions made of a sample of the passages. Raises ProviderError, BudgetExceeded, OtherDimension, and what
    is raised by `after_each`, which is called after each request."""
    with statement_scope(engine) as connection:
        pool = read_sample(connection, filling.tenant_id, filling.id, POOL)
    asks = hold_out(pool)
    if len(asks) < _FEWEST_ASKS or len(pool) < _FEWEST_PASSAGES:
        return Verdict("made", 0)
    texts = [text for ask in asks for text in (ask.question, ask.rest)]
    vectors = embed_texts(asker, filling.tenant_id, filling.embedder, texts, after_each)
    if vectors.shape[1] != filling.dimension:
        raise OtherDimension(vectors.shape[1])
    stored = np.asarray([one.vector for one in pool])
    stored[[ask.place for ask in asks]] = vectors[1::2]
    similarities = vectors[0::2] @ stored.T
    with engine.connect() as connection:  # never committed
        by_words = _ask_words(connection, filling, pool, asks)
    return sum_up("made", [_try(*one) for one in zip(asks, by_words, similarities, strict=True)])


def try_out(answers: Set[int], by_words: Sequence[int], by_vectors: Sequence[int], wrong: float) -> Trial:
    """What was found, the best first, and how near the nearest wrong one was. Any of the answers will do. Pure."""
    by_both = [number for number, _ in fuse(by_words, by_vectors)]
    words, vectors, both = (not answers.isdisjoint(found[:AMONG]) for found in (by_words, by_vectors, by_both))
    return Trial(words, vectors, both, wrong)


def sum_up(by: JudgedBy, trials: Sequence[Trial]) -> Verdict:
    """Pure."""
    if not trials:
        return Verdict(by, 0)
    return Verdict(
        by,
        len(trials),
        lexical=float(np.mean([trial.by_words for trial in trials])),
        dense=float(np.mean([trial.by_vectors for trial in trials])),
        fused=float(np.mean([trial.by_both for trial in trials])),
        near=float(np.quantile([trial.wrong for trial in trials], _WRONG)),
    )


def hold_out(pool: Sequence[Sample]) -> list[HeldOut]:
    """Of each passage with enough to spare, the longest of its inner sentences: the outer ones may stand in a
    neighbour as well, which would be as good an answer. The first `ASKS` passages that give one. Pure."""
    found: list[HeldOut] = []
    for place, sample in enumerate(pool):
        inner = [part.strip() for part in _SENTENCE_ENDS.split(sample.text)][1:-1]
        question = max(inner, key=len, default="")
        rest = sample.indexed.replace(question, " ", 1)
        words = len(question.split())
        if words >= _FEWEST_WORDS and len(rest.split()) >= 2 * _FEWEST_WORDS and question not in rest:
            found.append(HeldOut(place, question, rest))
        if len(found) == ASKS:
            break
    return found


def embed_texts(
    asker: Asker,
    tenant_id: UUID,
    embedder: Embedder,
    texts: Sequence[str],
    after_each: Callable[[], None] = _go_on,
) -> Floats:
    """A row for each text; `after_each` is called after each request. Raises ProviderError, BudgetExceeded."""
    vectors: list[Vector] = []
    for start in range(0, len(texts), _AT_ONCE):
        part = texts[start : start + _AT_ONCE]
        vectors += asker.ask(tenant_id, embedder, "gate", part, _PATIENCE).vectors
        after_each()
    if len({len(vector) for vector in vectors}) != 1:
        raise ProviderError("vectors of different lengths came", kind="unknown")
    return np.asarray(vectors, np.float64)


def _ask_words(
    connection: Connection, filling: Filling, pool: Sequence[Sample], asks: Sequence[HeldOut]
) -> list[list[int]]:
    """What an index of the pool finds, by its places."""
    index = SearchIndex(connection)
    space_id = index.open_space(filling.tenant_id, "documents", new_id())
    rests = {ask.place: ask.rest for ask in asks}
    index.add(space_id, [IndexedText(rests.get(at, one.indexed), one.language) for at, one in enumerate(pool)])
    return [[hit.number for hit in index.search(space_id, ask.question, CANDIDATES)] for ask in asks]


def _try(ask: HeldOut, by_words: Sequence[int], similarities: Floats) -> Trial:
    near = [int(place) for place in np.argsort(-similarities, kind="stable")[:CANDIDATES]]
    wrong = max(float(similarities[place]) for place in near if place != ask.place)
    return try_out({ask.place}, by_words, near, wrong)
