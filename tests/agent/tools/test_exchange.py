"""exchange_rate against a stand-in for the Banco Central's service."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest

from agent.tools.exchange import CURRENCIES, resolve_currency
from agent.tools.exchange_rates import ExchangeRates
from agent.tools.registry import build_tools
from models.errors import ToolError
from models.sales.source import SalesSource
from tests.agent.tools.conftest import BancoCentral, Caller, HandClock


def _bulletin(moment: str, buy: float, sell: float, kind: str = "Fechamento") -> dict[str, Any]:
    names = ("paridadeCompra", "paridadeVenda", "cotacaoCompra", "cotacaoVenda", "dataHoraCotacao", "tipoBoletim")
    return dict(zip(names, (1.0, 1.0, buy, sell, moment, kind), strict=True))


TWO_DAYS = {
    "value": [
        _bulletin("2026-11-19 10:09:27.571", 5.3011, 5.3017, "Abertura"),
        _bulletin("2026-11-19 13:08:18.54", 5.3194, 5.32),
        _bulletin("2026-11-18 13:11:26.0", 5.25, 5.2506),
    ]
}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def rates(banco_central: BancoCentral, clock: HandClock) -> Iterator[ExchangeRates]:
    made = ExchangeRates(banco_central.url, clock=clock, timeout=httpx2.Timeout(60))
    yield made
    made.close()


@pytest.fixture
def ask(sales: SalesSource, rates: ExchangeRates, clock: HandClock) -> Callable[..., Any]:
    return Caller(build_tools(sales, rates, clock))


def test_the_last_bulletin_is_told_to_the_last_digit(banco_central: BancoCentral, ask: Caller) -> None:
    banco_central.answers(TWO_DAYS)
    result = ask("exchange_rate", currency="dólar")
    assert result.arguments == {"currency": "USD"}
    assert result.content["data"] == {
        "currency": "USD",
        "buy": "5.3194",
        "sell": "5.32",
        "date": "2026-11-19",
        "bulletin": "Fechamento",
        "source": "Banco Central do Brasil: PTAX",
    }
    assert (result.content["rows"], result.content["source"]) == (3, "Banco Central do Brasil: PTAX")


def test_the_service_is_asked_in_its_own_form_for_two_weeks(banco_central: BancoCentral, ask: Caller) -> None:
    banco_central.answers(TWO_DAYS)
    ask("exchange_rate", currency="eur")
    (path,) = banco_central.paths
    assert path.startswith("/olinda/odata/CotacaoMoedaPeriodo(moeda=@moeda,dataInicial=@dataInicial,")
    assert "?@moeda=" in path
    assert unquote(path).partition("?")[2].split("&") == [
        "@moeda='EUR'",
        "@dataInicial='11-07-2026'",
        "@dataFinalCotacao='11-21-2026'",
        "$format=json",
    ]


def test_a_rate_is_remembered_for_ten_minutes(banco_central: BancoCentral, ask: Caller, clock: HandClock) -> None:
    banco_central.answers(TWO_DAYS)
    for seconds, requests in ((0, 1), (599, 1), (600, 2), (601, 2)):
        clock.seconds = seconds
        assert ask("exchange_rate", currency="USD").ok
        assert len(banco_central.paths) == requests


def test_a_failure_is_not_remembered(banco_central: BancoCentral, ask: Caller) -> None:
    banco_central.answers(b"", status=500)
    assert ask.code("exchange_rate", currency="USD") == "unreachable"
    banco_central.answers(TWO_DAYS)
    assert ask("exchange_rate", currency="USD").ok


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>manutencao</html>",
        b'{"value": null}',
        b'{"erro": "x"}',
        b"[]",
        b'{"value": [null]}',
        b'{"value": [{}]}',
        b'{"value": [{"cotacaoCompra": 5, "cotacaoVenda": 5, "dataHoraCotacao": "ontem"}]}',
        b'{"value": [{"cotacaoCompra": 5, "cotacaoVenda": "x", "dataHoraCotacao": "2026-11-19 13:08:18.54"}]}',
        b'{"value": [{"cotacaoCompra": 0, "cotacaoVenda": 5, "dataHoraCotacao": "2026-11-19 13:08:18.54"}]}',
        b'{"value": [{"cotacaoCompra": NaN, "cotacaoVenda": 5, "dataHoraCotacao": "2026-11-19 13:08:18.54"}]}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"value": [' + b'{"x": 1},' * 60_000 + b"{}]}",
    ],
)
def test_garbage_is_called_unreachable_and_gives_no_rate(banco_central: BancoCentral, ask: Caller, body: bytes) -> None:
    banco_central.answers(body)
    assert ask.code("exchange_rate", currency="USD") == "unreachable"


def test_an_answer_beyond_the_cap_is_given_up_even_if_it_could_be_read(
    banco_central: BancoCentral, ask: Caller
) -> None:
    banco_central.answers({**TWO_DAYS, "padding": "x" * 200_000})
    assert ask("exchange_rate", currency="USD").ok
    banco_central.answers({**TWO_DAYS, "padding": "x" * 300_000})
    assert ask.code("exchange_rate", currency="EUR") == "unreachable"


@pytest.mark.parametrize("status", [301, 404, 429, 500, 503])
def test_an_error_status_is_called_unreachable(banco_central: BancoCentral, ask: Caller, status: int) -> None:
    banco_central.answers(TWO_DAYS, status=status)
    assert ask.code("exchange_rate", currency="USD") == "unreachable"


def test_an_empty_list_says_that_there_is_no_quotation(banco_central: BancoCentral, ask: Caller) -> None:
    banco_central.answers({"value": []})
    assert ask.code("exchange_rate", currency="NOK") == "no_quotation"


def test_a_service_that_does_not_answer_is_given_up_in_time(
    banco_central: BancoCentral, sales: SalesSource, clock: HandClock
) -> None:
    over = threading.Event()
    banco_central.respond = lambda request: over.wait(180) and None
    rates = ExchangeRates(banco_central.url, clock=clock, timeout=httpx2.Timeout(0.3))
    started = time.monotonic()
    assert Caller(build_tools(sales, rates, clock)).code("exchange_rate", currency="USD") == "unreachable"
    assert time.monotonic() - started < 30
    over.set()
    rates.close()


def test_an_answer_that_drips_for_ever_is_given_up(banco_central: BancoCentral, ask: Caller, clock: HandClock) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(200):
            clock.seconds += 3
            try:
                request.wfile.write(b" ")
                request.wfile.flush()
            except OSError:
                return
            time.sleep(0.01)

    banco_central.respond = drip
    assert ask.code("exchange_rate", currency="USD") == "unreachable"


def test_nobody_listening_is_called_unreachable(call: Caller) -> None:
    assert call.code("exchange_rate", currency="USD") == "unreachable"


def test_an_unknown_currency_is_told_the_ones_that_are_quoted(call: Caller) -> None:
    error = call("exchange_rate", currency="bitcoin").content["error"]
    assert (error["code"], error["suggestions"]) == ("unknown_name", list(CURRENCIES))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("usd", "USD"),
        ("Dólar", "USD"),
        ("US$", "USD"),
        ("$", "USD"),
        ("euro", "EUR"),
        ("libra esterlina", "GBP"),
        ("Yen", "JPY"),
        ("dólar canadense", "CAD"),
        ("Franco Suíço", "CHF"),
    ],
)
def test_currencies_are_known_by_code_and_by_name(words: str, code: str) -> None:
    assert resolve_currency(words) == code


def test_no_two_currencies_share_a_name() -> None:
    names = [name for names in CURRENCIES.values() for name in names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("words", ["", "real", "peso", "'; DROP TABLE", "USD/../../x"])
def test_other_words_are_refused_before_anything_is_sent(words: str) -> None:
    with pytest.raises(ToolError, match="quotes"):
        resolve_currency(words)


def test_an_earlier_today_asks_for_the_days_before_it(banco_central: BancoCentral, rates: ExchangeRates) -> None:
    banco_central.answers(TWO_DAYS)
    rates.latest("USD", date(2025, 1, 3))
    assert "@dataInicial='12-20-2024'" in unquote(banco_central.paths[0])
