"""A mapping tried on its own sample before anybody relies on it: a question is read, a reply is built and found."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from channels.base import Account
from channels.crm.fields import Request
from channels.crm.mapping import Mapping
from channels.crm.marker import marker_of
from channels.crm.parse import parse_body
from channels.crm.records_mapping import WritingRequests
from channels.crm.reply import find_marker
from channels.crm.requests import base_url, fill_request, prepare_find, prepare_reply
from models.errors import ConfigurationError, PayloadError
from models.inbound import InboundMessage
from models.reply import Accepted, OutboundPart

_PART = UUID("00000000-0000-7000-8000-000000000001")
_AT = datetime(2026, 1, 1, tzinfo=UTC)
# What the requests of `writing` see.
_RECORD = {"id": "42", "name": "Padaria Sol"}
_ENTRY = {"id": str(_PART), "marker": marker_of(_PART), "title": "…", "text": "…", "due": "2026-05-04", "by": "Ana"}
_DOCUMENT: dict[str, Any] = {
    "search": {"name": "Padaria Sol"},
    "customer": _RECORD,
    "record": _RECORD,
    "written": {"id": "7"},
    "entry": {**_ENTRY, "due_epoch": 1_777_896_000},
    "change": {
        "stage": "3",
        "amount": "1200.00",
        "close_date": "2026-05-04",
        "next_step": "…",
        "email": "",
        "phone": "",
    },
    "now": {"iso": "2026-01-01T00:00:00.000Z", "ms": 1_767_225_600_000},
    "account": {"name": "default", "address": "sample"},
}
_STAND_IN = {"api_token": "sample", "api_base_url": ""}


def rehearse(mapping: Mapping, shown: str, account: Account) -> None:
    """Raises ConfigurationError naming the file and the field that failed."""
    message = _read(mapping, shown, account)
    part = OutboundPart(_PART, _PART, 0, message.reply_to or message.sender, "…", attempted_at=_AT)
    base_url(mapping, account)  # the real one, for what is wrong with the account's own settings
    host = mapping.reply.hosts[0].replace("*.", "sample.").replace("*", "sample.example")
    credentials = {**_STAND_IN, "api_base_url": mapping.reply.base_url or f"https://{host}"}
    sample = Account(account.channel, account.name, account.address or "sample", credentials)
    for field, prepare in (("reply", prepare_reply), ("find", prepare_find)):
        try:
            prepare(mapping, sample, part, _AT)
        except (PayloadError, ConfigurationError) as error:
            raise ConfigurationError(f"{shown}: {field}: {error}") from None
    _read_answers(mapping, shown)
    for field, request in list_requests(mapping.writing):
        try:
            fill_request(mapping, request, sample, _DOCUMENT, {})
        except (PayloadError, ConfigurationError) as error:
            raise ConfigurationError(f"{shown}: {field}: {error}") from None


def list_requests(writing: WritingRequests | None) -> Iterator[tuple[str, Request]]:
    """Every request by which records are looked at or written, with its place in the mapping."""
    if writing is None:
        return
    for kind, records in (("customer", writing.customer), ("deal", writing.deal)):
        if records is not None:
            named = {"search": records.search, "read": records.read, "update": records.update}
            named |= {f"choices.{field}": listing for field, listing in records.choices.items()}
            yield from ((f"writing.{kind}.{name}", one) for name, one in named.items() if one is not None)
    for kind, entries in (("note", writing.note), ("task", writing.task)):
        if entries is not None:
            yield f"writing.{kind}", entries
            yield f"writing.{kind}.find", entries.find
            if entries.remove is not None:
                yield f"writing.{kind}.remove", entries.remove


def _read(mapping: Mapping, shown: str, account: Account) -> InboundMessage:
    """The sample's first question or event; one that the mapping takes for noise teaches nothing."""
    rehearsed = Account(account.channel, account.name, "")
    try:
        read = parse_body(mapping, rehearsed, mapping.sample.body, mapping.sample.headers)
    except PayloadError as error:
        raise ConfigurationError(f"{shown}: on its sample: {error}") from None
    messages = [item for item in read if isinstance(item, InboundMessage)]
    if not messages:
        raise ConfigurationError(f"{shown}: sample: no rule makes a message of it")
    return messages[0]


def _read_answers(mapping: Mapping, shown: str) -> None:
    """Only what the sample holds: an answer of the CRM's is worth having, but not everybody has one yet."""
    sample = mapping.sample
    try:
        if sample.answer is not None and not mapping.reply.id.text(sample.answer):
            raise PayloadError("reply.id: finds nothing in the sample's answer")
        marker = marker_of(_PART)
        found = find_marker(mapping.find, sample.found, marker) if sample.found is not None and mapping.find else None
        if found is not None and not isinstance(found, Accepted):
            raise PayloadError(f"find: finds no note with {marker} in the sample's found")
    except PayloadError as error:
        raise ConfigurationError(f"{shown}: {error}") from None
