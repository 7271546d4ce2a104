"""Each row of the error table, alone and through the SDKs, and the order that decides between rows."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.base import Provider
from agent.providers.wire_errors import ERROR_TABLE, ErrorRow, classify, error_from_body, parse_retry_after
from models.errors import ProviderError
from tests.agent.providers.conftest import WIRES, ask
from tests.agent.providers.vendor_server import Answer, VendorServer

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DOCS = Path(__file__).parents[3] / "docs" / "llm.md"

# What vendors write, and the kind it must get; each text row of the table is met by at least one of these.
SENTENCES = [
    ("This model's maximum context length is 128000 tokens. However, you asked for 130000.", "context_overflow"),
    ("This model's maximum prompt length is 131072 but the request contains 140000 tokens.", "context_overflow"),
    ("prompt is too long: 210000 tokens > 200000 maximum", "context_overflow"),
    ("Input is too long for requested model.", "context_overflow"),
    ("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000", "context_overflow"),
    ("the request exceeds the available context size, try increasing it", "context_overflow"),
    ("Your input exceeds the context window of this model.", "context_overflow"),
    ("The context window was exceeded", "context_overflow"),
    ("The input token count (1100000) exceeds the maximum number of tokens allowed", "context_overflow"),
    ("Please reduce the length of the messages or completion.", "context_overflow"),
    ("Token limit reached", "context_overflow"),
    ("too many tokens: total tokens of the request", "context_overflow"),
    ("Your credit balance is too low to access the API. Please go to Plans & Billing.", "billing"),
    ("Insufficient Balance", "billing"),
    ("API key not valid. Please pass a valid API key.", "auth"),
    ("Invalid API key", "auth"),
    ("Your input was flagged by our safety system", "content_refused"),
    ("The response was filtered by the content management policy", "content_refused"),
]


@pytest.mark.parametrize("row", [row for row in ERROR_TABLE if row.by != "text"], ids=lambda row: row.match)
def test_each_row_alone_gives_its_kind(row: ErrorRow) -> None:
    if row.by == "class":
        assert classify(classes=("Exception", row.match)) == row.kind
    elif row.by == "code":
        assert classify(codes=(row.match.upper(),)) == row.kind
    else:
        assert classify(status=int(row.match.replace("xx", "18"))) == row.kind


@pytest.mark.parametrize(("sentence", "kind"), SENTENCES)
def test_what_vendors_say_only_in_words_gets_its_kind(sentence: str, kind: str) -> None:
    assert classify(status=400, codes=("invalid_request_error",), message=sentence) == kind


@pytest.mark.parametrize("row", [row for row in ERROR_TABLE if row.by == "text"], ids=lambda row: row.match)
def test_no_text_row_is_without_a_sentence_that_only_it_decides(row: ErrorRow) -> None:
    texts = [other for other in ERROR_TABLE if other.by == "text"]
    deciding = [next(other for other in texts if re.search(other.match, said, re.IGNORECASE)) for said, _ in SENTENCES]
    assert row in deciding


@pytest.mark.parametrize(
    ("status", "codes", "kind"),
    [
        (429, ("insufficient_quota", "insufficient_quota"), "billing"),
        (429, ("credit_balance_exhausted",), "billing"),
        (429, ("rate_limit_exceeded", "tokens"), "rate_limit"),
        (413, ("rate_limit_exceeded",), "context_overflow"),
        (403, ("billing_error",), "billing"),
        (200, ("overloaded_error",), "overloaded"),
        (529, ("overloaded_error",), "overloaded"),
        (503, (), "overloaded"),
        (502, (), "server"),
        (400, ("INVALID_ARGUMENT",), "bad_request"),
        (429, ("RESOURCE_EXHAUSTED",), "rate_limit"),
        (418, (), "bad_request"),
    ],
)
def test_a_code_outranks_its_status(status: int, codes: tuple[str, ...], kind: str) -> None:
    assert classify(status=status, codes=codes) == kind


def test_what_no_row_knows_is_none() -> None:
    assert classify(status=302, codes=("surprise",), message="hm", classes=("Exception",)) is None


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("status", "kind", "permanent"),
    [
        (400, "bad_request", True),
        (401, "auth", True),
        (402, "billing", True),
        (403, "auth", True),
        (404, "model_not_found", True),
        (408, "timeout", False),
        (409, "server", False),
        (413, "context_overflow", True),
        (422, "bad_request", True),
        (429, "rate_limit", False),
        (500, "server", False),
        (503, "overloaded", False),
        (504, "timeout", False),
        (529, "overloaded", False),
    ],
)
def test_each_status_comes_through_the_sdk_as_its_kind_after_one_attempt(
    wire: str, status: int, kind: str, permanent: bool, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    vendor.answer_json({"error": {"message": "no"}}, status, retry_after="0")
    with pytest.raises(ProviderError) as caught:
        providers[wire].complete(ask())
    error = caught.value
    assert (error.kind, error.permanent, error.status, error.retry_after) == (kind, permanent, status, 0)
    assert len(vendor.asked) == 1


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "server"),
        (b"<html>Bad gateway</html>", "server"),
        (b'[{"error": {"code": 400, "status": "NOT_FOUND", "message": "no such model"}}]', "model_not_found"),
        (b'{"error": "Your credit balance is too low"}', "billing"),
        (b'{"error": {"type": "x", "details": {"error_code": "contract_spend_limit_reached"}}}', "billing"),
        (b'{"error": {"code": "x", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}', "content_refused"),
    ],
)
def test_error_bodies_of_every_shape_are_read(
    wire: str, body: bytes, kind: str, vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    vendor.answer = Answer(500, body, {"content-type": "application/json"})
    with pytest.raises(ProviderError) as caught:
        providers[wire].complete(ask())
    assert caught.value.kind == kind


def test_the_message_names_vendor_kind_status_and_what_was_said(
    vendor: VendorServer, providers: dict[str, Provider]
) -> None:
    vendor.answer_json({"error": {"code": "model_not_found", "message": "no such model" + "!" * 1000}}, 404)
    with pytest.raises(
        ProviderError, match=r"^openai: model_not_found \(404 model_not_found\): no such model"
    ) as caught:
        providers["openai"].complete(ask())
    assert len(str(caught.value)) < 400


def test_an_upstreams_status_in_the_code_counts_as_one() -> None:
    error = error_from_body({"error": {"code": 429, "message": "Provider returned error"}}, "openrouter")
    assert (error.kind, error.status) == ("rate_limit", 429)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 -0000"}, 30.0),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert parse_retry_after(headers, NOW) == seconds


@given(st.datetimes(NOW.replace(tzinfo=None), timezones=st.just(UTC)))
def test_any_http_date_is_a_wait_to_that_second(moment: datetime) -> None:
    at = moment.replace(microsecond=0)
    header = format_datetime(at, usegmt=True)
    assert parse_retry_after({"retry-after": header}, at - timedelta(seconds=90)) == 90


@given(st.text())
def test_no_header_makes_the_reader_fail(value: str) -> None:
    seconds = parse_retry_after({"retry-after": value}, NOW)
    assert seconds is None or seconds >= 0


def test_the_documentation_shows_every_row_of_the_table() -> None:
    text = DOCS.read_text(encoding="utf-8")
    shown = [line for line in text.splitlines() if line.startswith("|")]
    for row in ERROR_TABLE:
        written = row.match.replace("|", "\\|")
        assert any(f"`{written}`" in line and f"| {row.by} |" in line and row.kind in line for line in shown), row
