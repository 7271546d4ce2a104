"""Questions turned into vectors in the middle of a turn: quickly, or not at all.

Where that fails, words alone find what there is: the person never hears of it, the log and the books do.
"""

import hashlib
import logging
import threading
import time
from array import array
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Engine

from jobs.knowledge.embedding_asking import Asker, Embeds, Purse
from models.errors import BudgetExceeded, ProviderError
from models.knowledge.chunk_vector import Vector
from models.knowledge.embedding_space import Embedder, Serving, find_serving
from models.session import statement_scope

PATIENCE: Final = 2.0  # seconds of a turn
_REST: Final = 30.0  # seconds that a server is left alone by a company after it failed
_LONGEST_REST: Final = 300.0
_KEPT: Final = 1_000  # questions: some six megabytes
REFUSALS: Final = frozenset({"bad_request", "context_overflow", "content_refused"})  # of a text, not of everybody's
_LONGEST: Final = 2_000  # characters of a question

_Key = tuple[int, bytes]  # a space, and the digest of a question: another space has other vectors under the same name

_log = logging.getLogger("recado.meaning")


@dataclass(frozen=True, slots=True)
class AskedVector:
    """A question's vector, and the space that it may be compared with."""

    space: Serving
    vector: Vector


class Meaning:
    """Safe for threads. What was asked before is remembered in this process alone: nothing of a question is stored."""

    def __init__(
        self,
        engine: Engine,
        server: Embeds,
        monotonic: Callable[[], float] = time.monotonic,
        purse: Purse | None = None,
        *,
        patience: float = PATIENCE,
    ) -> None:
        """`patience` is in seconds, for one question."""
        self._patience = patience
        self._engine = engine
        self._asker = Asker(engine, server, purse)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: OrderedDict[_Key, Vector] = OrderedDict()
        self._resting_until: dict[UUID, float] = {}

    def of(self, query: str, tenant_id: UUID) -> AskedVector | None:
        """None where vectors do not serve this company, or their server does not answer in time."""
        with statement_scope(self._engine) as connection:
            space = find_serving(connection, tenant_id)
        if space is None:
            return None
        words = " ".join(query.split())[:_LONGEST]
        key = (space.id, hashlib.blake2b(words.encode("utf-8", "replace"), digest_size=16).digest())
        vector = self._recall(key) or self._ask(tenant_id, space.embedder, words)
        if vector is None:
            return None
        if len(vector) != space.dimension:
            _log.error("vectors of %d figures come instead of %d", len(vector), space.dimension)
            return None
        self._remember(key, array("f", vector))
        return AskedVector(space, vector)

    def _ask(self, tenant_id: UUID, embedder: Embedder, words: str) -> Vector | None:
        if self._monotonic() < self._resting_until.get(tenant_id, 0.0):
            return None
        try:
            return self._asker.ask(tenant_id, embedder, "questions", [words], self._patience).vectors[0]
        except ProviderError as error:
            if error.kind not in REFUSALS:
                self._resting_until[tenant_id] = self._monotonic() + _rest_after(error)
            # Not its words: a server may quote what it was asked, and that is what somebody wrote.
            _log.warning("words alone are searched", extra={"error_kind": error.kind, "status": error.status})
        except BudgetExceeded:  # who has to hear of it has been told
            self._resting_until[tenant_id] = self._monotonic() + _LONGEST_REST
        return None

    def _recall(self, key: _Key) -> Vector | None:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def _remember(self, key: _Key, vector: Vector) -> None:
        with self._lock:
            self._known[key] = vector
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)


def _rest_after(error: ProviderError) -> float:
    """Seconds: as long as it asked for, or as a person needs to mend it."""
    wanted = _LONGEST_REST if error.permanent else error.retry_after or _REST
    return min(wanted, _LONGEST_REST)
