"""The Banco Central's PTAX quotations over its open data service (OData), with a memory of ten minutes.

`CotacaoMoedaPeriodo` gives every bulletin of a currency between two dates, written MM-DD-YYYY: an opening one, some in
between, and the closing one (the PTAX). Days without a market have none, so the window reaches back two weeks.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from threading import Lock
from typing import Any, Final

import httpx2

from models.clock import Clock, SystemClock
from models.errors import ToolError

_log = logging.getLogger(__name__)
_WINDOW = timedelta(days=14)
_FRESH_SECONDS = 600.0
_MAX_BODY = 256 * 1024
_MAX_SECONDS = 10.0  # for the whole answer, however slowly its bytes drip
_MAX_REMEMBERED = 256
_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity"}  # the cap counts unpacked bytes
_TIMEOUT: Final = httpx2.Timeout(5.0, connect=3.0)


@dataclass(frozen=True, slots=True)
class Quotation:
    """BRL for one unit of the currency, from the last bulletin of `quoted_on`; `bulletins` were read to find it."""

    currency: str
    buy: Decimal
    sell: Decimal
    quoted_on: date
    bulletin: str
    bulletins: int


class ExchangeRates:
    """One per process, for any thread."""

    def __init__(self, base_url: str, *, clock: Clock | None = None, timeout: httpx2.Timeout = _TIMEOUT) -> None:
        self._base_url = base_url.rstrip("/")
        self._clock = clock or SystemClock()
        self._client = httpx2.Client(timeout=timeout, headers=_HEADERS)
        self._lock = Lock()
        self._remembered: dict[tuple[str, date], tuple[float, Quotation]] = {}

    def latest(self, currency: str, today: date) -> Quotation:
        """The last quotation on or before `today` of an ISO code, which must come from our own list.

        Raises ToolError `unreachable` when the service fails, `no_quotation` when it has none for two weeks.
        """
        key, now = (currency, today), self._clock.monotonic()
        with self._lock:
            known = self._remembered.get(key)
        if known and now - known[0] < _FRESH_SECONDS:
            return known[1]
        quotation = _find_latest(currency, self._fetch(currency, today))
        with self._lock:
            if len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = (now, quotation)
        return quotation

    def close(self) -> None:
        self._client.close()

    def _fetch(self, currency: str, today: date) -> list[Any]:
        # Written out rather than handed over as parameters: OData wants its "@" and "$" bare, not percent-encoded.
        url = (
            f"{self._base_url}/CotacaoMoedaPeriodo"
            "(moeda=@moeda,dataInicial=@dataInicial,dataFinalCotacao=@dataFinalCotacao)"
            f"?@moeda='{currency}'&@dataInicial='{today - _WINDOW:%m-%d-%Y}'&@dataFinalCotacao='{today:%m-%d-%Y}'"
            "&$format=json"
        )
        try:
            body = json.loads(self._read(url), parse_float=Decimal, parse_int=Decimal)
            if isinstance(body, dict) and isinstance(body.get("value"), list):
                return list(body["value"])
            raise ValueError("the answer holds no list of quotations")
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError) as error:
            _log.warning("exchange rates: %s: %s", type(error).__name__, error)
            raise ToolError(
                "The Banco Central's service could not be reached; no exchange rate can be given now.",
                code="unreachable",
            ) from error

    def _read(self, url: str) -> bytes:
        give_up_at = self._clock.monotonic() + _MAX_SECONDS
        body = bytearray()
        with self._client.stream("GET", url) as response:
            response.raise_for_status()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _MAX_BODY:
                    raise ValueError("the answer is too long")
                if self._clock.monotonic() > give_up_at:
                    raise ValueError("the answer takes too long")
        return bytes(body)


def _find_latest(currency: str, entries: list[Any]) -> Quotation:
    try:
        quotations = [_parse(currency, entry, len(entries)) for entry in entries]
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        _log.warning("exchange rates: a quotation cannot be read: %r", error)
        raise ToolError("The Banco Central's answer could not be read.", code="unreachable") from error
    if not quotations:
        raise ToolError(f"The Banco Central has no recent quotation of {currency}.", code="no_quotation")
    return max(quotations, key=lambda moment_and_quotation: moment_and_quotation[0])[1]


def _parse(currency: str, entry: Mapping[str, Any], bulletins: int) -> tuple[datetime, Quotation]:
    moment = datetime.fromisoformat(entry["dataHoraCotacao"])
    buy, sell = Decimal(entry["cotacaoCompra"]), Decimal(entry["cotacaoVenda"])
    if not (buy.is_finite() and sell.is_finite() and buy > 0 and sell > 0):
        raise ValueError("a quotation must be above zero")
    bulletin = str(entry.get("tipoBoletim", ""))
    return moment, Quotation(currency, buy, sell, moment.date(), bulletin, bulletins)
