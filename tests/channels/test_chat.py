"""The JSON of `/chat`: strict, with clear words for whoever sent it."""

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import Account, InboundRequest
from channels.chat import ChatChannel
from models.errors import ChannelError, PayloadError
from models.inbound import InboundMessage
from models.reply import Accepted, OutboundPart, Reply

_CHANNEL = ChatChannel(Account("chat", "chat"))
_GOOD = {"user_id": "ana", "message": "Quanto vendi?"}


def _request(body: Any, **headers: str) -> InboundRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return InboundRequest("chat", "POST", "/chat", {"content-type": "application/json; charset=utf-8", **names}, raw)


def _message(body: Any, **headers: str) -> InboundMessage:
    [message] = _CHANNEL.parse(_request(body, **headers))
    assert isinstance(message, InboundMessage)
    return message


def _refusal(request: InboundRequest) -> str:
    with pytest.raises(PayloadError) as caught:
        _CHANNEL.parse(request)
    return str(caught.value)


def test_a_message_is_read_without_the_blanks_around_it() -> None:
    message = _message({"user_id": " ana ", "message": "\n Quanto vendi? 👍\n"})
    assert (message.sender, message.text, message.kind) == ("ana", "Quanto vendi? 👍", "text")


def test_fields_that_nobody_knows_are_ignored() -> None:
    assert _message({**_GOOD, "stream": True}).text == "Quanto vendi?"


def test_each_message_without_a_key_is_a_new_one() -> None:
    assert _message(_GOOD).external_id != _message(_GOOD).external_id


def test_the_idempotency_key_is_the_external_id_and_the_fingerprint_tells_the_bodies_apart() -> None:
    one, same = _message(_GOOD, idempotency_key="k-1"), _message(_GOOD, idempotency_key="k-1")
    other = _message({**_GOOD, "message": "Outra"}, idempotency_key="k-1")
    assert one.external_id == "k-1"
    assert one == same
    assert one.fingerprint != other.fingerprint


def test_the_fingerprint_does_not_depend_on_how_the_json_is_written() -> None:
    spaced = b'{ "message":"Quanto vendi?",\n "user_id": "\\u0061na" }'
    assert _message(spaced).fingerprint == _message(_GOOD).fingerprint


@pytest.mark.parametrize("key", ["", "a" * 256, "ção", "a\nb", "a\x7f"])
def test_an_odd_idempotency_key_is_refused(key: str) -> None:
    assert "Idempotency-Key" in _refusal(_request(_GOOD, idempotency_key=key))


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b'{"user_id": "a", "message": "b"} x', "JSON"),
        (b"\xff\xfe", "UTF-8"),
        ([], "object"),
        ("ana", "object"),
        (None, "object"),
        ({}, "user_id"),
        ({"user_id": 1, "message": "a"}, "user_id"),
        ({"user_id": None, "message": "a"}, "user_id"),
        ({"user_id": "", "message": "a"}, "user_id"),
        ({"user_id": "a" * 201, "message": "a"}, "user_id"),
        ({"user_id": "a\tb", "message": "a"}, "user_id"),
        ({"user_id": "a"}, "message"),
        ({"user_id": "a", "message": ["a"]}, "message"),
        ({"user_id": "a", "message": " \n "}, "message"),
        ({"user_id": "a", "message": "x" * 8001}, "message"),
        (b'{"user_id": "a", "message": "b\\u0000"}', "message"),
        (b'{"user_id": "a", "message": "\\ud800"}', "message"),
        (b'{"user_id": "a", "message": "b", "message": "c"}', "more than once"),
        (b'{"user_id": "a", "message": NaN}', "NaN"),
        (b'{"user_id": "a", "message": "b", "x": -Infinity}', "Infinity"),
        (b'{"user_id": "a", "message": "b", "x": ' + b"9" * 5000 + b"}", "JSON"),
        (b"[" * 30_000, "deep"),
        (b'{"a":' * 30_000, "deep"),
        (b'{"x": "\\"", "y": ' + b"[" * 50 + b"]" * 50 + b"}", "deep"),
        (b" " * 1_000_001, "bytes"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_used_is_refused_with_the_reason(body: Any, word: str) -> None:
    assert word in _refusal(_request(body))


def test_brackets_in_the_message_are_only_text() -> None:
    text = '[[[{{{"\\' * 100
    assert _message({"user_id": "a", "message": text}).text == text


def test_only_json_by_post_is_read() -> None:
    request = _request(_GOOD)
    assert "Content-Type" in _refusal(InboundRequest("chat", "POST", "/chat", {}, request.body))
    assert "method" in _refusal(InboundRequest("chat", "GET", "/chat", request.headers, b""))


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just("message"), inner, max_size=4),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.binary(max_size=200) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_garbage_is_a_payload_error_and_nothing_else(body: bytes) -> None:
    with pytest.raises(ChannelError):
        _CHANNEL.parse(_request(body + b"}"))


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_two_texts_give_a_message_or_a_payload_error(user_id: str, message: str) -> None:
    try:
        found = _message({"user_id": user_id, "message": message})
    except PayloadError:
        return
    assert (found.sender, found.text) == (user_id.strip(), message.strip())


def test_a_reply_waits_to_be_fetched_as_it_was_written() -> None:
    part = OutboundPart(uuid4(), uuid4(), 0, "ana", "**Olá**")
    assert [piece.body for piece in _CHANNEL.render(Reply("**Olá**"))] == ["**Olá**"]
    assert _CHANNEL.send(part) == _CHANNEL.reconcile(part) == Accepted(str(part.id))
