"""The journal of a turn whose LLM calls are held to a budget, and the word to the operator when one ends."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from agent.base import CompletionRequest
from agent.journal import WorstCase
from jobs.agents import Terms
from jobs.duty import announce, note_wish
from jobs.journal import Asked, TurnJournal
from jobs.runtime import Services, get_services
from models.errors import BudgetExceeded
from models.journal import JournalKey, close_completion
from models.lease import Lease
from models.money.budget import KINDS, Book, Budgets, Kind, reserve, settle
from models.money.budget_books import News, note_news
from models.retry_policy import RETRY_POLICIES
from models.session import session_scope
from models.tenant import DEFAULT
from models.turns import Thread

Stop = Literal["stopped_at", "vectors_stopped_at"]

_NEAR = Decimal("0.8")
_SAID: dict[News, str] = {
    "warned_at": "is nearly used up",
    "stopped_at": "is used up",
    "vectors_stopped_at": "has no room for vectors",
}
_log = logging.getLogger("recado.budget")


def limits_of(services: Services, terms: Terms, timezone: str) -> Budgets | None:
    """What whoever answers may cost, but for the day's rate: the file of an agent adds to what the settings allow the
    company, and never takes from it."""
    if terms.version_id is None:
        return services.budgets
    outer = services.budgets if terms.spec.tenant == DEFAULT else None
    own = terms.spec.budgets.as_budgets(timezone, terms.spec.agent)
    return outer if own is None else replace(own, outer=outer)


def build_journal(
    services: Services, terms: Terms, thread: Thread, lease: Lease, key: JournalKey, asked: Asked
) -> TurnJournal:
    """One that holds to the budgets, where there are any. Raises BudgetExceeded where no rate is known."""
    budgets = _at_todays_rate(services, terms, limits_of(services, terms, thread.timezone))
    if budgets is None:
        return TurnJournal(services.engine, lease, key, asked, services.owed)
    return _BudgetedJournal(services, budgets, thread, lease, key, asked)


def _at_todays_rate(services: Services, terms: Terms, budgets: Budgets | None) -> Budgets | None:
    if budgets is None or budgets.currency == "USD" or terms.spec.budgets.brl_per_usd is not None:
        return budgets
    assert services.dollar is not None, "a worker knows where to ask for the rate"
    return replace(budgets, rate=services.dollar.rate())


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

    def open_completion(
        self, step: int, provider: str, request: CompletionRequest, tokens_in: int, worst_case: WorstCase
    ) -> None:
        worst = worst_case()
        amount = worst.cost.amount
        if amount is None:
            amount = self._budgets.assumed_price.cost_of(worst.usage.input, worst.usage.output) or Decimal(0)
        self._held.discard(step)
        if amount == 0:
            return super().open_completion(step, provider, request, tokens_in, worst_case)
        with session_scope(self._engine) as connection:
            self._open(connection, step, provider, request, tokens_in, worst_case)
            number = self._tries[step]
            reserve(connection, self._budgets, self._key, step, subject=self._subject, amount=amount, number=number)
        self._held.add(step)
        return None

    def _close(self, step: int, values: Mapping[str, Any]) -> dict[str, Any] | None:
        if step not in self._held:
            return super()._close(step, values)
        number = self._tries[step]
        with session_scope(self._engine) as connection:
            standing = close_completion(connection, self._lease, self._key, step, values, number)
            books = settle(connection, self._key, step, self._cost_of(values), number)
        self._held.discard(step)
        self._warn(books)
        return standing

    def _cost_of(self, values: Mapping[str, Any]) -> Decimal | None:
        """None where all that is held back may be gone. An unknown price counts as a dear one."""
        if values["status"] == "failed":
            return None if RETRY_POLICIES[values["error_kind"]].may_be_billed else Decimal(0)
        cost: Decimal | None = values["cost"]
        if cost is None:
            return self._budgets.assumed_price.cost_of(values["tokens_in"], values["tokens_out"])
        return cost

    def _warn(self, books: Sequence[Book]) -> None:
        for book in books:
            limit = self._budgets.limit(book.kind)
            if limit is not None and not book.is_warned and book.spent >= _NEAR * limit:
                _tell(self._services, self._budgets, self._key.tenant_id, book.kind, book.subject, book)


def tell_limit(services: Services, terms: Terms, thread: Thread, error: BudgetExceeded) -> None:
    """The operator hears of it once a period, whoever is stopped; the list of conversations names each one. Never
    raises."""
    note_wish(services, thread)
    kind = next((kind for kind in KINDS if kind == error.limit), None)
    try:
        budgets = _at_todays_rate(services, terms, limits_of(services, terms, thread.timezone))
    except (BudgetExceeded, SQLAlchemyError):
        budgets = None
    if kind is None or budgets is None:
        return _log.error("nothing is spent: %s", error)
    return _tell(services, budgets, thread.account.tenant_id, kind, thread.sender)


def tell_duty(tenant_id: UUID, budgets: Budgets, kind: Kind, book: Book | None) -> None:
    """Of vectors: with a book, how far it has come; without, that they do not fit. In a worker, never raises."""
    _tell(get_services(), budgets, tenant_id, kind, "", "vectors_stopped_at" if book is None else book)


def _tell(
    services: Services, budgets: Budgets, tenant_id: UUID, kind: Kind, subject: str, news: Book | Stop = "stopped_at"
) -> None:
    """Each news by itself, once a period: whose vectors wait still hears when answers stop."""
    column: News = "warned_at" if isinstance(news, Book) else news
    said = f"{budgets.name(kind)} {_SAID[column]}"
    try:
        announce(
            services,
            compose_warning(budgets, kind, subject, news.spent if isinstance(news, Book) else news),
            lambda connection: note_news(connection, tenant_id, budgets, kind, subject, column),
            said,
        )
    except Exception:
        _log.exception("the operator on duty could not be told: %s", said)


def compose_warning(budgets: Budgets, kind: Kind, subject: str, news: Decimal | Stop) -> str:
    """In Portuguese, like every notice: what is spent so far, in USD, or what stops. Pure."""
    whose = f" de {subject}" if kind == "person_day" else ""
    stated, name = budgets.spell(kind), budgets.name(kind)
    if news == "vectors_stopped_at":
        lines = [
            f"**Orçamento sem espaço para vetores**: o próximo pedido não cabe em `{name}` ({stated}).",
            "Os documentos são encontrados só pelas palavras. Se as respostas também pararem, outro aviso dirá.",
        ]
    elif news == "stopped_at":
        lines = [
            f"**Orçamento esgotado**: `{name}` ({stated}){whose}.",
            "Até o próximo período, quem perguntar recebe um aviso no lugar da resposta.",
            "Para responder depois de aumentar o limite: `python -m bot replay --list`",
        ]
    else:
        spent_as_stated = news * budgets.deciding(kind).rate
        lines = [f"**Orçamento quase no fim**: {spent_as_stated:.2f} de {stated} de `{name}`{whose}."]
    return "\n\n".join([*lines, "Para ver o consumo: `python -m bot usage`"])
