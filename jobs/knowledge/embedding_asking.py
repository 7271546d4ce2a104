"""Asking for vectors: each request goes on record, and in the books of the company's budgets where there are any.

What a request may cost is held back before it, so that any number at once overrun no limit, and settled after it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from models.errors import BudgetExceeded, ProviderError
from models.ids import new_id
from models.journal import JournalKey
from models.knowledge.chunk_vector import Vector
from models.knowledge.embedding_space import Embedder
from models.knowledge.embedding_use import Purpose, note_use
from models.money.budget import KINDS, Book, Budgets, Kind, reserve, settle
from models.money.budget_books import begin_missing_books
from models.retry_policy import RETRY_POLICIES
from models.session import session_scope, statement_scope

NEAR: Final = Decimal("0.8")  # of a limit

_log = logging.getLogger("recado.embedding")


class Embedded(Protocol):
    """Vectors of length 1, one for each text, and what they cost in USD."""

    @property
    def vectors(self) -> Sequence[Vector]: ...
    @property
    def tokens(self) -> int: ...
    @property
    def cost(self) -> Decimal | None: ...
    @property
    def dimension(self) -> int: ...


class Embeds(Protocol):
    """Who turns texts into vectors."""

    def embed(self, embedder: Embedder, texts: Sequence[str], timeout: float) -> Embedded:
        """Raises ProviderError."""
        ...


Tell = Callable[[UUID, Budgets, Kind, Book | None], None]


def tell_log(tenant_id: UUID, budgets: Budgets, kind: Kind, book: Book | None) -> None:
    """For processes that cannot reach whoever is on duty."""
    said = "has no room for vectors: words alone are searched" if book is None else "is nearly used up"
    _log.warning("%s %s", budgets.name(kind), said, extra={"tenant_id": str(tenant_id)})


@dataclass(frozen=True, slots=True)
class Purse:
    """What each company may spend, None without limit; the tokens of texts at most, and their cost, None where no price
    is known; and who hears of a budget: that it has no room, or with its book how far it came."""

    limits: Callable[[Connection, UUID], Budgets | None]
    estimate: Callable[[Embedder, Sequence[str]], tuple[int, Decimal | None]]
    tell: Tell = tell_log


@dataclass(frozen=True, slots=True)
class _Hold:
    key: JournalKey
    budgets: Budgets


class Asker:
    """Safe for threads. Without a purse nothing is reckoned."""

    def __init__(self, engine: Engine, server: Embeds, purse: Purse | None = None) -> None:
        self._engine = engine
        self._server = server
        self._purse = purse

    def ask(
        self,
        tenant_id: UUID,
        embedder: Embedder,
        purpose: Purpose,
        texts: Sequence[str],
        timeout: float,
        *,
        is_least: bool = True,
    ) -> Embedded:
        """One request. Raises ProviderError, BudgetExceeded; nobody is told of that where less can be asked for."""
        hold = self._hold(tenant_id, embedder, texts, is_least)
        try:
            found = self._server.embed(embedder, texts, timeout)
        except ProviderError as error:
            cost = None if RETRY_POLICIES[error.kind].may_be_billed else Decimal(0)
            self._note(tenant_id, embedder, purpose, 0, None, hold, cost)
            raise
        cost = found.cost
        if cost is None and hold is not None and found.tokens:
            cost = hold.budgets.assumed_price.cost_of(found.tokens, 0)
        self._note(tenant_id, embedder, purpose, len(texts), found, hold, cost)
        return found

    def _hold(self, tenant_id: UUID, embedder: Embedder, texts: Sequence[str], is_least: bool) -> _Hold | None:
        """None where nothing is limited, or nothing paid. Raises BudgetExceeded."""
        if self._purse is None:
            return None
        with session_scope(self._engine) as connection:
            budgets = self._purse.limits(connection, tenant_id)
            if budgets is None:
                return None
            tokens, amount = self._purse.estimate(embedder, texts)
            if amount is None:
                amount = budgets.assumed_price.cost_of(tokens, 0)
            if not amount:
                return None
            begin_missing_books(connection, tenant_id, budgets)  # no worker may have been here since there is a limit
        key = JournalKey(tenant_id, new_id(), 0)  # of no turn
        try:
            with session_scope(self._engine) as connection:
                reserve(connection, budgets, key, 0, subject="", amount=amount)
        except BudgetExceeded as error:
            kind = next((kind for kind in KINDS if kind == error.limit), None)
            if kind is not None and is_least:
                self._purse.tell(tenant_id, budgets, kind, None)
            raise
        return _Hold(key, budgets)

    def _note(
        self,
        tenant_id: UUID,
        embedder: Embedder,
        purpose: Purpose,
        texts: int,
        found: Embedded | None,
        hold: _Hold | None,
        charged: Decimal | None,
    ) -> None:
        """A question's answer does not wait for the books: what is held back for it stands until it is found stale."""
        tokens, cost = (0, None) if found is None else (found.tokens, found.cost)
        try:
            with (statement_scope if hold is None else session_scope)(self._engine) as connection:
                note_use(connection, tenant_id, embedder.name, purpose, texts, tokens, cost, failed=found is None)
                books = [] if hold is None else settle(connection, hold.key, 0, charged)
        except SQLAlchemyError as error:
            if purpose != "questions":
                raise
            return _log.warning("the use of vectors is not on record: %s", type(error).__name__)
        if hold is not None:
            self._warn(tenant_id, hold.budgets, books)
        return None

    def _warn(self, tenant_id: UUID, budgets: Budgets, books: Sequence[Book]) -> None:
        for book in books:
            limit = budgets.limit(book.kind)
            if self._purse is not None and limit is not None and not book.is_warned and book.spent >= NEAR * limit:
                self._purse.tell(tenant_id, budgets, book.kind, book)
