"""Turns passages into vectors, off every turn's path, and judges whether those are any good.

A thread of every worker; what is left to do stands in the database, company by company. Whoever dies loses the one
batch that was under way: it is asked for again when the claim is over.
"""

import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Engine

from jobs.knowledge.embedding_asking import Asker, Embedded, Embeds, Purse
from jobs.knowledge.gate import ClaimLost, OtherDimension, judge_by_passages
from jobs.knowledge.meaning import REFUSALS
from jobs.rounds import Rounds
from models.errors import BudgetExceeded, ProviderError
from models.faultpoint import faultpoint
from models.knowledge.chunk_vector import missing_texts, put_vectors
from models.knowledge.embedding_space import (
    Embedder,
    Filling,
    advance_space,
    begin_anew,
    begin_spaces,
    claim_space,
    put_off_space,
    renew_claim,
)
from models.knowledge.embedding_verdict import keep_made
from models.knowledge.leftover_space import clear_vectors
from models.knowledge.vector_index import tend_indexes
from models.retry_policy import wait_as_told
from models.session import session_scope, statement_scope

LOOK_EVERY: Final = timedelta(seconds=2)
PATIENCE: Final = 60.0  # seconds for a batch: a small machine of one's own may need them
_CLAIM: Final = timedelta(minutes=10)  # longer than a batch may take; a verdict renews it after each request
_MOST: Final = 64  # texts of a batch
_MOST_CHARACTERS: Final = 40_000  # of a batch: some vendors take 16,000 tokens at once
_CLEARED: Final = 1_000  # vectors of a space that is no more, in one transaction
_LONGEST_WAIT: Final = timedelta(minutes=5)
_UNTIL_MENDED: Final = timedelta(minutes=10)  # what only a person can mend
_UNTIL_PAID: Final = timedelta(hours=1)  # for as long as money is short
_PLAIN: Final = "Prazo de entrega"  # what every server takes, if it takes anything

_log = logging.getLogger("recado.embedding")

Batch = list[tuple[int, str]]


class EmbeddingKeeper(Rounds):
    """For one model: the one that is configured. `server` is asked for one batch at a time."""

    def __init__(
        self,
        engine: Engine,
        server: Embeds,
        embedder: Embedder,
        purse: Purse | None = None,
        *,
        clear_at_once: int = _CLEARED,
    ) -> None:
        self._engine = engine
        self._asker = Asker(engine, server, purse)
        self._embedder = embedder
        self._clear_at_once = clear_at_once
        self._most = _MOST  # fewer after a batch that was too much for the server, or for what is left of a budget
        self._is_first_round = True
        super().__init__("embedding", LOOK_EVERY, self._work_all, _log)

    def work(self, only: UUID | None = None) -> bool:
        """The next step for a company, or for that one; False when there is none. Safe to repeat, and for any number of
        workers at once."""
        with statement_scope(self._engine) as connection:
            begin_spaces(connection, self._embedder, only)
            filling = claim_space(connection, self._embedder, _CLAIM, only)
        if filling is None:
            return False
        try:
            if filling.is_complete:
                self._judge(filling)
            else:
                self._fill(filling)
        except OtherDimension as error:
            self._begin_anew(filling, error.dimension)
        except ProviderError as error:
            self._put_off(filling, error)
        except BudgetExceeded as error:
            self._rest(filling, error)
        except ClaimLost:
            _log.info("vectors are judged by somebody else", extra={"tenant_id": str(filling.tenant_id)})
        return True

    def clear(self) -> bool:
        """Some vectors of a model that gave way to another; False where there are none. Safe to repeat, and for any
        number of workers at once."""
        with session_scope(self._engine) as connection:
            found = clear_vectors(connection, self._clear_at_once)
        if found:
            faultpoint("embedding.half-cleared")
        return found

    def _fill(self, filling: Filling) -> None:
        """Raises ProviderError, BudgetExceeded, OtherDimension."""
        with statement_scope(self._engine) as connection:
            batch = missing_texts(connection, filling.tenant_id, filling.id, filling.reached, self._most)
            batch = _bounded(batch)
            if not batch:  # the rest was removed, or came with its vectors
                advance_space(connection, filling, reached=filling.end - 1, dimension=filling.dimension)
                return
        found = self._embed(filling, batch)
        if found is None:
            return
        if filling.dimension not in {0, found.dimension}:
            raise OtherDimension(found.dimension)
        self._most = min(self._most * 2, _MOST)
        with session_scope(self._engine) as connection:
            if advance_space(connection, filling, reached=batch[-1][0], dimension=found.dimension):
                vectors = {number: vector for (number, _), vector in zip(batch, found.vectors, strict=True)}
                put_vectors(connection, filling.tenant_id, filling.id, vectors)

    def _embed(self, filling: Filling, batch: Batch) -> Embedded | None:
        """None where the batch was too much, and something else is tried next. Raises ProviderError, BudgetExceeded."""
        try:
            return self._ask(filling, [text for _, text in batch], is_least=len(batch) == 1)
        except ProviderError as error:
            if error.kind not in REFUSALS and (error.kind != "timeout" or len(batch) == 1):
                raise
            if len(batch) == 1:
                self._leave_out(filling, batch[0][0], error)
                return None
        except BudgetExceeded:
            if len(batch) == 1:
                raise
        self._most = max(1, len(batch) // 4)
        with statement_scope(self._engine) as connection:
            advance_space(connection, filling, reached=filling.reached, dimension=filling.dimension)
        return None

    def _leave_out(self, filling: Filling, number: int, refusal: ProviderError) -> None:
        """A passage that is refused by itself, unless the server refuses whatever it is asked. Raises ProviderError,
        BudgetExceeded."""
        try:
            self._ask(filling, [_PLAIN])
        except ProviderError:
            raise refusal from None
        _log.warning("a passage is found by its words alone: %s", refusal, extra={"number": number})
        with session_scope(self._engine) as connection:
            if advance_space(connection, filling, reached=number, dimension=filling.dimension, refused=1):
                put_vectors(connection, filling.tenant_id, filling.id, {number: None})

    def _ask(self, filling: Filling, texts: list[str], *, is_least: bool = True) -> Embedded:
        """One request, which goes on record before anything comes of it. Raises ProviderError, BudgetExceeded."""
        return self._asker.ask(filling.tenant_id, filling.embedder, "documents", texts, PATIENCE, is_least=is_least)

    def _judge(self, filling: Filling) -> None:
        """Raises ProviderError, BudgetExceeded, OtherDimension, ClaimLost."""
        verdict = judge_by_passages(self._engine, self._asker, filling, lambda: self._renew(filling))
        with session_scope(self._engine) as connection:
            if not keep_made(connection, filling, verdict):
                raise ClaimLost
        told = {"asks": verdict.asks, "words": verdict.lexical, "vectors": verdict.dense, "admitted": verdict.admits}
        _log.info("vectors were judged", extra={"tenant_id": str(filling.tenant_id), **told})

    def _renew(self, filling: Filling) -> None:
        """Raises ClaimLost."""
        with statement_scope(self._engine) as connection:
            if not renew_claim(connection, filling, _CLAIM):
                raise ClaimLost

    def _begin_anew(self, filling: Filling, dimension: int) -> None:
        reason = f"vectors have {dimension} figures now, not {filling.dimension}: all are made anew"
        _log.warning(reason, extra={"tenant_id": str(filling.tenant_id)})
        with session_scope(self._engine) as connection:
            begin_anew(connection, filling, _LONGEST_WAIT, reason)

    def _put_off(self, filling: Filling, error: ProviderError) -> None:
        wait = _UNTIL_MENDED if error.permanent else wait_as_told(filling.tries + 1, error.retry_after, _LONGEST_WAIT)
        _log.warning("vectors are put off: %s", error, extra={"error_kind": error.kind})
        with statement_scope(self._engine) as connection:
            put_off_space(connection, filling, wait, str(error))

    def _rest(self, filling: Filling, error: BudgetExceeded) -> None:
        """Words go on finding what there is. What was gathered stays."""
        with statement_scope(self._engine) as connection:
            put_off_space(connection, filling, _UNTIL_PAID, f"the budget is spent: {error}")

    def _work_all(self) -> None:
        has_worked = self._is_first_round
        while not self._stopping.is_set() and (self.work() or self.clear()):
            has_worked = True
        if has_worked:
            tend_indexes(self._engine)
        self._is_first_round = False


def _bounded(batch: Batch) -> Batch:
    """As much of it as may be sent at once; never nothing of something."""
    room = _MOST_CHARACTERS
    for count, (_, text) in enumerate(batch):
        room -= len(text)
        if room < 0:
            return batch[: max(1, count)]
    return batch
