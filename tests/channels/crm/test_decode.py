"""Bodies as dicts: JSON, bracketed forms, SOAP, and whatever pretends to be one of them."""

from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import InboundRequest
from channels.crm.decode import BodyFormat, decode_body, decode_form
from channels.crm.soap import decode_soap
from models.errors import PayloadError
from models.strict_json import parse_json


def request_of(body: bytes, method: str = "POST") -> InboundRequest:
    return InboundRequest("default", method, "/webhooks/crm/default", {}, body)


def test_bracketed_keys_become_dicts_and_lists() -> None:
    form = "leads[note][1][text]=dois&leads[note][0][text]=um&account[id]=7&plain=x"
    assert decode_form(form) == {
        "leads": {"note": [{"text": "um"}, {"text": "dois"}]},
        "account": {"id": "7"},
        "plain": "x",
    }


def test_a_key_that_has_a_value_and_keys_below_it_keeps_both() -> None:
    one_way = decode_form("note[type]=3&note[type][uuid]=abc")
    other_way = decode_form("note[type][uuid]=abc&note[type]=3")
    assert one_way == other_way == {"note": {"type": {"": "3", "uuid": "abc"}}}


def test_a_huge_index_costs_nothing() -> None:
    assert decode_form("a[999999999]=x&a[2]=y") == {"a": ["y", "x"]}
    assert decode_form("a[99999999999999999999]=x") == {"a": {"99999999999999999999": "x"}}


def test_keys_without_a_number_are_counted() -> None:
    assert decode_form("tags[]=a&tags[]=b") == {"tags": ["a", "b"]}


@pytest.mark.parametrize(
    "form",
    ["a=1&a=2", "a[b]=1&a[b]=2", "a" + "[b]" * 100 + "=1", "a=%FF", "&".join(f"k{n}=1" for n in range(6_000))],
    ids=["twice", "twice below", "deep", "not UTF-8", "too many"],
)
def test_a_form_that_plays_tricks_is_refused(form: str) -> None:
    with pytest.raises(PayloadError):
        decode_form(form)


_KEYS = st.text("abc[]0123456789", min_size=1, max_size=12)


@settings(deadline=None)
@given(st.lists(st.tuples(_KEYS, st.text(max_size=5)), max_size=8))
def test_any_form_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    with suppress(PayloadError):
        decode_form(urlencode(pairs))


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"a":1,"a":2}', "[NaN]", "[Infinity]", "[" * 100_000, '{"a":' * 60 + "1" + "}" * 60, "1" * 10_000],
    ids=["empty", "cut", "twice", "NaN", "Infinity", "deep", "deep but whole", "thousands of digits"],
)
def test_json_that_plays_tricks_is_refused(text: str) -> None:
    with pytest.raises(PayloadError):
        parse_json(text)


def test_brackets_inside_strings_are_no_depth() -> None:
    assert parse_json('{"a": "' + "[" * 200 + '"}') == {"a": "[" * 200}


@pytest.mark.parametrize("written_in", ["json", "form"])
def test_a_body_that_is_not_utf8_is_refused(written_in: BodyFormat) -> None:
    with pytest.raises(PayloadError, match="UTF-8"):
        decode_body(request_of(b"\xff\xfe"), written_in)


def test_other_methods_than_post_are_refused() -> None:
    with pytest.raises(PayloadError, match="POST"):
        decode_body(request_of(b"{}", "GET"), "json")


def test_xml_loses_its_namespaces_and_repeated_elements_become_a_list() -> None:
    xml = b"""<e:Envelope xmlns:e="urn:e" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
      <e:N>1</e:N><N xmlns="urn:n">2</N><N/><S xsi:nil="true"/><o xsi:type="sf:Task"><Id> x </Id></o>
      <t>a<b>c</b></t></e:Envelope>"""
    assert decode_soap(xml) == {
        "Envelope": {"N": ["1", "2", ""], "S": None, "o": {"@type": "Task", "Id": "x"}, "t": {"b": "c"}}
    }


_BILLION = b"""<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><l>&b;</l>"""


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        _BILLION,
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b"<a>&undefined;</a>",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b"<a>" * 50 + b"</a>" * 50,
        b"<a>" + b"<b/>" * 25_000 + b"</a>",
        b"\xff\xfe\x00",
    ],
    ids=range(12),
)
def test_xml_that_plays_tricks_is_refused(xml: bytes) -> None:
    with pytest.raises(PayloadError):
        decode_soap(xml)


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for written_in in ("json", "form", "soap"):
        with suppress(PayloadError):
            decode_body(request_of(b"<a>" + body + b"</a>" if written_in == "soap" else body), written_in)  # type: ignore[arg-type]
