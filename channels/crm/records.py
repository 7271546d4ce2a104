"""The CRM's own records, looked at and written to over its API: each request is sent once, and guarded."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from channels.base import Account
from channels.crm.fields import Request
from channels.crm.mapping import Mapping as CrmMapping
from channels.crm.marker import find_marked, marker_of
from channels.crm.rate import TokenBucket
from channels.crm.records_mapping import EntryRequests, Listing, Reading, RecordRequests, WritingRequests
from channels.crm.reply import judge_refusal
from channels.crm.requests import fill_request, mark_text, surroundings
from channels.crm.words import words_of_html
from models.changes.crm_record import Record, RecordKind, Standing, Written, WrittenKind
from models.clock import Clock
from models.errors import ConfigurationError, DeliveryError, PayloadError
from models.network.guarded_client import Answer, Blocked, GuardedClient, NotSent
from models.reply import Absent, Accepted, ReconcileOutcome, Rejected, SendOutcome, Unknown

_CONFLICTS = frozenset({409, 412})  # "it is not as you say it was any more"


@dataclass(frozen=True, slots=True)
class CrmRecords:
    """Implements `models.changes.crm_record.Records` for one account."""

    mapping: CrmMapping
    requests: WritingRequests
    account: Account
    client: Callable[[], GuardedClient]
    bucket: TokenBucket
    clock: Clock

    def writes(self, kind: WrittenKind) -> bool:
        return self._entries(kind) is not None

    def removes(self, kind: WrittenKind) -> bool:
        entries = self._entries(kind)
        return entries is not None and entries.remove is not None

    def keeps_keys(self, kind: WrittenKind) -> bool:
        entries = self._entries(kind)
        return entries is not None and entries.keeps_keys

    def fields(self, kind: RecordKind) -> frozenset[str]:
        requests = self._records(kind)
        if requests is None or requests.read is None or requests.update is None:
            return frozenset()
        return frozenset(requests.read.fields)

    def search(self, kind: RecordKind, name: str, customer: Record | None = None) -> list[Record]:
        requests = self._records(kind)
        if requests is None:
            raise DeliveryError(f"{self.mapping.name}: its mapping knows no {kind}", permanent=True)
        return self._list(requests.search, {"search": {"name": name}, **_record("customer", customer)})

    def choices(self, kind: RecordKind, field: str, record: Record) -> list[Record] | None:
        requests = self._records(kind)
        listing = None if requests is None else requests.choices.get(field)
        return None if listing is None else self._list(listing, _record("record", record))

    def read(self, kind: RecordKind, record: Record) -> Standing:
        requests = self._records(kind)
        if requests is None or requests.read is None:
            raise DeliveryError(f"{self.mapping.name}: its mapping cannot read a {kind}", permanent=True)
        found = self._json(self._ask(requests.read, _record("record", record)))
        return self._standing(requests.read, found)

    def update(self, kind: RecordKind, record: Record, change: Mapping[str, str], standing: Standing) -> SendOutcome:
        requests = self._records(kind)
        if requests is None or requests.update is None:
            return Rejected("mapping", f"{self.mapping.name}: its mapping cannot change a {kind}", permanent=True)
        headers = {"If-Match": standing.version} if standing.version else {}
        answer = self._send(requests.update, {**_record("record", record), "change": dict(change)}, headers)
        if not isinstance(answer, Answer):
            return answer
        if answer.status in _CONFLICTS:
            return Rejected("conflict", f"{self.mapping.name} answered HTTP {answer.status}", permanent=True)
        return Accepted(record.id) if 200 <= answer.status < 300 else self._refusal(answer)

    def write(self, entry: Written) -> SendOutcome:
        requests = self._entries(entry.kind)
        if requests is None:
            return Rejected("mapping", f"{self.mapping.name}: its mapping writes no {entry.kind}", permanent=True)
        answer = self._send(requests, self._about(entry, requests), {"Idempotency-Key": str(entry.key)})
        if not isinstance(answer, Answer):
            return answer
        if not 200 <= answer.status < 300:
            return self._refusal(answer)
        try:
            written = requests.id.text(self._json(answer))
        except DeliveryError:
            written = ""
        return Accepted(written[:200]) if written else Unknown(f"{self.mapping.name}'s answer names no {entry.kind}")

    def find_written(self, entry: Written) -> ReconcileOutcome:
        requests = self._entries(entry.kind)
        if requests is None:
            return Absent()
        try:
            answer = self._ask(requests.find, self._about(entry, requests))
            if answer.status == 204:
                return Absent()
            items = requests.find.items.find(self._json(answer))
            if not isinstance(items, list):
                return Unknown(f"{self.mapping.name}'s answer is no list")
            ours = [item for item in items if _find_key(requests, item) == entry.key]
            # Newest first: whoever repeats ours to its end wrote later.
            return Accepted(requests.find.id.text(ours[-1])) if ours else Absent()
        except (DeliveryError, PayloadError, TypeError) as error:
            return Unknown(str(error))

    def remove(self, entry: Written, written_id: str) -> SendOutcome:
        requests = self._entries(entry.kind)
        if requests is None or requests.remove is None:
            return Rejected("mapping", f"{self.mapping.name} takes no {entry.kind} back", permanent=True)
        answer = self._send(requests.remove, {**self._about(entry, requests), "written": {"id": written_id}}, {})
        if not isinstance(answer, Answer):
            return answer
        gone = 200 <= answer.status < 300 or answer.status in (404, 410)
        return Accepted(written_id) if gone else self._refusal(answer)

    def _records(self, kind: RecordKind) -> RecordRequests | None:
        return self.requests.customer if kind == "customer" else self.requests.deal

    def _entries(self, kind: WrittenKind) -> EntryRequests | None:
        return self.requests.note if kind == "note" else self.requests.task

    def _about(self, entry: Written, requests: EntryRequests) -> dict[str, Any]:
        due = entry.due_on
        at = None if due is None else datetime.combine(due, time(12), UTC)  # noon: that day, wherever it is read
        told = {
            "id": str(entry.key),
            "marker": marker_of(entry.key),
            "title": entry.text[:100],
            "text": mark_text(entry.text, entry.key, html=requests.html),
            "due": None if due is None else due.isoformat(),
            "due_epoch": None if at is None else int(at.timestamp()),
            "by": entry.by,
        }
        return {"entry": told, **_record("customer", entry.customer)}

    def _list(self, listing: Listing, document: Mapping[str, Any]) -> list[Record]:
        answer = self._ask(listing, document)
        if answer.status == 204:
            return []
        try:
            items = listing.items.find(self._json(answer)) or []
            return [Record(listing.id.text(item), listing.name.text(item)) for item in items]
        except (PayloadError, TypeError) as error:
            raise DeliveryError(f"{self.mapping.name}: {error}", permanent=True) from None

    def _standing(self, reading: Reading, found: Any) -> Standing:
        try:
            fields = {name: expression.text(found) for name, expression in reading.fields.items()}
            return Standing(fields, "" if reading.version is None else reading.version.text(found))
        except PayloadError as error:
            raise DeliveryError(f"{self.mapping.name}: {error}", permanent=True) from None

    def _ask(self, request: Request, document: Mapping[str, Any]) -> Answer:
        """Raises DeliveryError for whatever is no answer."""
        answer = self._send(request, document, {})
        if isinstance(answer, Answer) and answer.status in (200, 204):
            return answer
        reason = f"{self.mapping.name} answered HTTP {answer.status}" if isinstance(answer, Answer) else answer.reason
        raise DeliveryError(reason, permanent=False)

    def _send(
        self, request: Request, document: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Answer | Rejected | Unknown:
        now = self.clock.now()
        try:
            seen = {**document, **surroundings(self.account, now)}
            prepared = fill_request(self.mapping, request, self.account, seen, headers)
        except (ConfigurationError, PayloadError) as error:
            return Rejected("settings", f"{self.mapping.name}: {error}", permanent=True)
        if self.bucket.take():
            return Rejected("rate_limit", f"{self.mapping.name} takes no more for now", permanent=False)
        try:
            return self.client().request(prepared.method, prepared.url, prepared.headers, prepared.body)
        except NotSent as error:
            return Rejected("connection", str(error), permanent=False)
        except Blocked as error:
            return Rejected("blocked", str(error), permanent=True)
        except Exception as error:  # time-out, reset, unreadable answer: it may well have been done
            return Unknown(type(error).__name__)

    def _refusal(self, answer: Answer) -> SendOutcome:
        return judge_refusal(self.mapping.name, answer, self.clock.now())

    def _json(self, answer: Answer) -> Any:
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise DeliveryError(f"{self.mapping.name}'s answer cannot be read", permanent=False) from None


def _find_key(requests: EntryRequests, item: Any) -> UUID | None:
    """Of the entry of ours that this is."""
    text = requests.find.text.text(item)
    return find_marked(words_of_html(text) if requests.html else text)


def _record(name: str, record: Record | None) -> dict[str, Any]:
    return {} if record is None else {name: {"id": record.id, "name": record.name}}
