"""The journal of a turn whose LLM calls are held to a budget, and the word to the operator when one ends."""

import logging
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from agent.base import WorstCase
from jobs.duty import announce, note_wish
from jobs.journal import Asked, TurnJournal
from jobs.runtime import Services
from models.budget import Book, Budgets, Kind, reserve, settle
from models.budget_books import News, note_news
from models.errors import BudgetExceeded
from models.journal import JournalKey, close_completion
from models.lease import Lease
from models.retry_policy import RETRY_POLICIES
from models.session import session_scope
from models.turns import Thread

SETTINGS: dict[Kind, str] = {
    "day": "BUDGET_DAY_USD",
    "month": "BUDGET_MONTH_USD",
    "person_day": "BUDGET_PERSON_DAY_USD",
}
_NEAR = Decimal("0.8")
_log = logging.getLogger("recado.budget")


def build_journal(services: Services, thread: Thread, lease: Lease, key: JournalKey, asked: Asked) -> TurnJournal:
    """One that holds to the budgets, where there are any."""
    if services.budgets is None:
        return TurnJournal(services.engine, lease, key, asked, services.owed)
    return _BudgetedJournal(services, services.budgets, thread, lease, key, asked)


class _BudgetedJournal(TurnJournal):
    """What a call may cost is held back in the transaction that opens its row, and settled in the one that closes it.
    Calls that are known to cost nothing are not looked at."""

    def __init__(
        self, services: Services, budgets: Budgets, thread: Thread, lease: Lease, key: JournalKey, asked: Asked
    ) -> None:
        super().__init__(services.engine, lease, key, asked, services.owed)
        self._services = services
        self._budgets = budgets
        self._subject = thread.sender
        self._held: set[int] = set()

    def open_completion(self, step: int, provider: str, llm: str, tokens_in: int, worst_case: WorstCase) -> None:
        amount = worst_case().cost.amount
        self._held.discard(step)
        if amount == 0:
            return super().open_completion(step, provider, llm, tokens_in, worst_case)
        with session_scope(self._engine) as connection:
            self._open(connection, step, provider, llm, tokens_in, worst_case)
            held, number = amount or Decimal(0), self._tries[step]
            reserve(connection, self._budgets, self._key, step, subject=self._subject, amount=held, number=number)
        self._held.add(step)
        return None

    def _close(self, step: int, values: Mapping[str, Any]) -> dict[str, Any] | None:
        if step not in self._held:
            return super()._close(step, values)
        number = self._tries[step]
        with session_scope(self._engine) as connection:
            standing = close_completion(connection, self._lease, self._key, step, values, number)
            books = settle(connection, self._key, step, _cost_of(values), number)
        self._held.discard(step)
        self._warn(books)
        return standing

    def _warn(self, books: Sequence[Book]) -> None:
        for book in books:
            limit = self._budgets.limit(book.kind)
            if limit is not None and not book.is_warned and book.spent >= _NEAR * limit:
                _tell(self._services, self._key.tenant_id, book.kind, book.subject, book)


def tell_limit(services: Services, thread: Thread, error: BudgetExceeded) -> None:
    """The operator hears of it once a period, whoever is stopped; the list of conversations names each one. Never
    raises."""
    note_wish(services, thread)
    kind = next(kind for kind in SETTINGS if kind == error.limit)
    _tell(services, thread.account.tenant_id, kind, thread.sender)


def _cost_of(values: Mapping[str, Any]) -> Decimal | None:
    if values["status"] == "failed":
        return None if RETRY_POLICIES[values["error_kind"]].may_be_billed else Decimal(0)
    cost: Decimal | None = values["cost"]
    return cost


def _tell(services: Services, tenant_id: UUID, kind: Kind, subject: str, book: Book | None = None) -> None:
    """With a book: how far it has come; without: that it is used up."""
    budgets = services.budgets
    assert budgets is not None, "a budget has come to its end"
    column: News = "stopped_at" if book is None else "warned_at"
    said = f"{SETTINGS[kind]} is " + ("used up" if book is None else "nearly used up")
    try:
        announce(
            services,
            compose_warning(kind, subject, budgets.limit(kind), None if book is None else book.spent),
            lambda connection: note_news(connection, tenant_id, budgets, kind, subject, column),
            said,
        )
    except Exception:
        _log.exception("the operator on duty could not be told: %s", said)


def compose_warning(kind: Kind, subject: str, limit: Decimal | None, spent: Decimal | None) -> str:
    """In Portuguese, like every notice; `spent` is None when all of it is. Pure."""
    whose = f" de {subject}" if kind == "person_day" else ""
    if spent is None:
        lines = [
            f"**Orçamento esgotado**: `{SETTINGS[kind]}` ({limit} USD){whose}.",
            "Até o próximo período, quem perguntar recebe um aviso no lugar da resposta.",
            "Para responder depois de aumentar o limite: `python -m bot replay --list`",
        ]
    else:
        lines = [f"**Orçamento quase no fim**: {spent:.2f} de {limit} USD de `{SETTINGS[kind]}`{whose}."]
    return "\n\n".join([*lines, "Para ver o consumo: `python -m bot usage`"])
