"""The rate at which limits in reais become dollars: one a day, the same in every worker, and never an open question.

It is the Banco Central's last quotation (PTAX, selling) as it was first read on that day; where the bank cannot be
reached, the last rate that is known.
"""

import logging
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from threading import Lock

from sqlalchemy import Engine

from agent.tools.exchange_rates import Quotation
from models.clock import Clock
from models.errors import BudgetExceeded, ToolError
from models.money.dollar_rate import StoredRate, find_rate, store_rate
from models.session import session_scope

_TRY_AGAIN = 600.0  # seconds after the bank could not be reached
_TRY_SOON = 30.0  # where no rate is known at all, and nobody is answered until then

_log = logging.getLogger("recado.budget")


class DollarRate:
    """One per process, for any thread."""

    def __init__(
        self,
        engine: Engine,
        quote: Callable[[str, date], Quotation],
        clock: Clock,
        timezone: str,
    ) -> None:
        self._engine = engine
        self._quote = quote
        self._clock = clock
        self._timezone = timezone
        self._lock = Lock()
        self._known: tuple[date, Decimal] | None = None
        self._try_at = 0.0
        self._fault = ""  # why none is known

    def rate(self) -> Decimal:
        """BRL for one USD. Raises BudgetExceeded where none was ever known: what cannot be reckoned is not spent."""
        today = self._clock.today(self._timezone)
        known = self._known
        if known is not None and self._is_good(known[0], today):
            return known[1]
        if not self._lock.acquire(blocking=known is None):
            assert known is not None, "only who knows a rate does not wait for another"
            return known[1]
        try:
            return self._renew(today)
        finally:
            self._lock.release()

    def _renew(self, today: date) -> Decimal:
        """Whoever waited for the lock does not ask again what another has just asked."""
        if self._known is not None and self._is_good(self._known[0], today):
            return self._known[1]
        if self._fault and self._clock.monotonic() < self._try_at:
            raise BudgetExceeded(self._fault, limit="rate")
        with session_scope(self._engine) as connection:
            stored = find_rate(connection, today)
        if stored is None or stored.day < today:
            try:
                quotation = self._quote("USD", today)
            except ToolError as error:
                return self._make_do(stored, error)
            with session_scope(self._engine) as connection:
                rate = store_rate(connection, today, quotation.sell, quotation.quoted_on)
        else:
            rate = stored.brl_per_usd
        self._known = (today, rate)
        return rate

    def _is_good(self, day: date, today: date) -> bool:
        return day == today or self._clock.monotonic() < self._try_at

    def _make_do(self, stored: StoredRate | None, error: ToolError) -> Decimal:
        if stored is None:
            self._fault = (
                f"a budget is in BRL and no rate of the dollar is known ({error}): state brl_per_usd beside it"
            )
            self._try_at = self._clock.monotonic() + _TRY_SOON
            raise BudgetExceeded(self._fault, limit="rate") from None
        rate = stored.brl_per_usd
        _log.warning("the dollar's rate is an older one: %s", error)
        self._known = (date.min, rate)
        self._try_at = self._clock.monotonic() + _TRY_AGAIN
        return rate
