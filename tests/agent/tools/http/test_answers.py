"""What comes back from the API, and what the LLM is told of it."""

import gzip
import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from agent.tools.http.tool import build_http_tools, build_tool_client
from models.outside import count_outside
from tests.agent.tools.http.conftest import SECRETS, Make, StandInApi, ToolCaller, spec_of

SKU = {"properties": {"sku": {"type": "string"}}, "required": ["sku"]}


def test_of_the_answer_only_what_was_asked_for_is_shown_with_its_source_and_hour(api: StandInApi, make: Make) -> None:
    api.answers({"items": [{"sku": "A", "stock": {"free": 3}, "cost": 1.5}, {"sku": "B", "stock": {"free": 0}}]})
    result = make(answer="items[].{sku: sku, free: stock.free}")(sku="A")
    assert result.arguments == {"sku": "A"}
    assert result.content == {
        "ok": True,
        "source": "stock: 127.0.0.1",
        "as_of": "2026-11-21T09:00:00-03:00",
        "rows": 2,
        "data": [{"sku": "A", "free": 3}, {"sku": "B", "free": 0}],
    }


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (301, "redirected", False),
        (302, "redirected", False),
        (400, "rejected", False),
        (401, "refused", False),
        (403, "refused", False),
        (404, "not_found", False),
        (409, "rejected", False),
        (422, "rejected", False),
        (429, "busy", True),
        (500, "unavailable", True),
        (503, "busy", True),
    ],
)
def test_a_refusal_is_told_by_its_kind(api: StandInApi, make: Make, status: int, code: str, retryable: bool) -> None:
    api.answers({"message": "no such item"}, status, Retry_After="7", Location="http://169.254.169.254/")
    error = make().error(sku="A")
    assert (error["code"], error["retryable"], error["status"]) == (code, retryable, status)
    assert "no such item" in error["answered"]
    assert error.get("retry_after_seconds") == (7 if status in (429, 503) else None)
    assert len(api.requests) == 1, "a redirect is never followed, a failure never repeated by itself"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"<html>maintenance</html>", {"Content_Type": "text/html"}),
        (b'{"a": 1}', {"Content_Type": "text/plain"}),
        (b'{"a": 1}', {"Content_Type": "application/octet-stream"}),
        (gzip.compress(b'{"a": 1}', mtime=0), {"Content_Encoding": "gzip"}),
        (gzip.compress(b" " * 50_000_000 + b"1", mtime=0), {"Content_Encoding": "gzip"}),
        (b"{", {}),
        (b'{"a": NaN}', {}),
        (b'{"a": 1, "a": 2}', {}),
        (b"[" * 1000 + b"]" * 1000, {}),
        (b'"\xff"', {}),
    ],
)
def test_what_is_no_plain_json_is_called_unreadable(
    api: StandInApi, make: Make, body: bytes, headers: dict[str, str]
) -> None:
    api.answers(body, **headers)
    assert make().error(sku="A")["code"] == "unreadable"
    assert api.last.headers["accept-encoding"] == "identity"


def test_an_answer_of_nothing_is_nothing(api: StandInApi, make: Make) -> None:
    api.answers(b"", 204)
    assert make().data(sku="A") is None


def test_an_expression_that_does_not_fit_the_answer_is_told_as_such(api: StandInApi, make: Make) -> None:
    api.answers({"total": "three"})
    assert make(answer="abs(total)").error(sku="A")["code"] == "unreadable"


def test_a_long_list_is_cut_and_the_llm_is_told_so(api: StandInApi, make: Make) -> None:
    api.answers([{"n": number, "text": "ç" * 50} for number in range(500)])
    result = make(max_bytes=4096)(sku="A")
    content = result.content
    assert len(json.dumps(content, ensure_ascii=False).encode()) <= 4096
    assert content["truncated"] is True
    assert len(content["data"]) + content["left_out"] == content["rows"] == 500
    assert content["data"][0]["n"] == 0
    assert len(content["data"]) > 20


def test_a_long_list_within_an_object_is_cut_too(api: StandInApi, make: Make) -> None:
    api.answers({"total": 500, "items": ["x" * 50] * 500})
    content = make(max_bytes=4096)(sku="A").content
    assert (content["data"]["total"], content["truncated"]) == (500, True)
    assert len(content["data"]["items"]) + content["left_out"] == 500


def test_what_cannot_be_cut_is_too_large(api: StandInApi, make: Make) -> None:
    api.answers({"text": "x" * 10_000})
    assert make(max_bytes=4096).error(sku="A")["code"] == "too_large"


def test_an_answer_without_end_is_given_up(api: StandInApi, make: Make) -> None:
    def flood(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b" " * 65_536)
        except OSError:
            return

    api.respond = flood
    assert make().error(sku="A")["code"] == "too_large"


def test_a_secret_that_the_api_echoes_does_not_reach_the_llm(api: StandInApi, make: Make) -> None:
    token = SECRETS["STOCK_TOKEN"]
    api.answers({"you sent": [f"Bearer {token}"], token: 1})
    stock = make(headers={"Authorization": "Bearer ${STOCK_TOKEN}"})
    assert stock.data(sku="A") == {"you sent": ["Bearer ***"], "***": 1}
    api.answers({"bad token": token}, 401)
    assert token not in json.dumps(stock.error(sku="A"))
    api.answers({"pad": "x" * (300 - len('{"pad": "", "bad": "') - len(token) // 2), "bad": token}, 401)
    assert token[:4] not in json.dumps(stock.error(sku="A"))  # nor a part of it, where the answer is cut off


def test_what_no_record_could_hold_is_made_harmless(api: StandInApi, make: Make) -> None:
    api.answers(b'{"a": "x\\u0000y", "b": "\\ud800", "c": 1e999}')
    assert make().data(sku="A") == {"a": "x\ufffdy", "b": "?", "c": None}


# Writing: what was sent may have been done.


def break_off(request: BaseHTTPRequestHandler) -> None:
    """The request was read, and nothing is ever said to it."""
    request.close_connection = True


def test_a_write_that_nobody_answered_has_an_unknown_outcome(api: StandInApi, make: Make) -> None:
    api.respond = break_off
    error = make("/v1/orders/{sku}", method="POST").error(sku="A")
    assert (error["code"], error["retryable"]) == ("unknown_outcome", False)
    assert "Do not call it again" in error["message"]
    assert len(api.requests) == 1


def test_a_read_that_nobody_answered_may_be_tried_again(api: StandInApi, make: Make) -> None:
    api.respond = break_off
    error = make().error(sku="A")
    assert (error["code"], error["retryable"]) == ("timeout", True)
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "unknown_outcome"),
        (502, "unknown_outcome"),
        (504, "unknown_outcome"),
        (503, "unknown_outcome"),
        (409, "rejected"),
        (302, "redirected"),
    ],
)
def test_a_write_refused_is_known_and_a_write_that_broke_is_not(
    api: StandInApi, make: Make, status: int, code: str
) -> None:
    api.answers({}, status)
    assert make("/v1/orders/{sku}", method="POST").error(sku="A")["code"] == code


def test_a_write_that_was_put_off_was_not_done(api: StandInApi, make: Make) -> None:
    for status in (429, 503):
        api.answers({}, status, Retry_After="30")
        error = make("/v1/orders/{sku}", method="POST").error(sku="A")
        assert (error["code"], error["retryable"], error["retry_after_seconds"]) == ("busy", True, 30)


def test_a_write_that_was_taken_is_done_whatever_its_answer_looks_like(api: StandInApi, make: Make) -> None:
    api.answers(b"<html>created</html>", 201, Content_Type="text/html")
    assert make("/v1/orders/{sku}", method="POST").data(sku="A") is None


def test_where_nobody_listens_nothing_was_written(client: Any) -> None:
    spec = spec_of(url="http://127.0.0.1:1/{sku}", method="POST")
    order = ToolCaller(build_http_tools([spec], client=client, environ={})["stock"])
    error = order.error(sku="A")
    assert (error["code"], error["retryable"]) == ("unreachable", True)


def test_an_address_that_nobody_allowed_is_blocked(api: StandInApi) -> None:
    client = build_tool_client()
    for url in (api.url, "https://127.0.0.1", "https://169.254.169.254", "https://localhost", "https://[::1]"):
        stock = ToolCaller(build_http_tools([spec_of(url=url + "/{sku}")], client=client, environ={})["stock"])
        error = stock.error(sku="A")
        assert (error["code"], error["retryable"]) == ("blocked", False)
    client.close()
    assert api.requests == []


def test_a_call_counts_as_waiting_outside(api: StandInApi, make: Make) -> None:
    seen: list[int] = []
    api.answers({})
    answer = api.respond

    def respond(request: BaseHTTPRequestHandler) -> None:
        seen.append(count_outside())
        answer(request)

    api.respond = respond
    assert make().data(sku="A") == {}
    assert seen == [1]
    assert count_outside() == 0
