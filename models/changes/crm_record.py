"""What a company's CRM holds, as values: customers and deals, and the notes and tasks that are written about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol
from uuid import UUID

from models.reply import ReconcileOutcome, SendOutcome

RecordKind = Literal["customer", "deal"]
WrittenKind = Literal["note", "task"]


@dataclass(frozen=True, slots=True)
class Record:
    """A customer, a deal, or one of the values that a field may have; `id` is the CRM's own."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Written:
    """A note or task on a customer. `key` names the write: it is sent along, and stands in the text as a marker."""

    kind: WrittenKind
    key: UUID
    customer: Record
    text: str
    due_on: date | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a record stands: its fields as the CRM spells them, empty for none; `version` where the CRM tells one."""

    fields: dict[str, str]
    version: str = ""


class Records(Protocol):
    """A way to them. Whatever asks raises DeliveryError; whatever writes is sent once, and tells what became of it."""

    def writes(self, kind: WrittenKind) -> bool:
        """Whether such entries can be written there at all. Pure."""
        ...

    def removes(self, kind: WrittenKind) -> bool:
        """Whether they can be taken back. Pure."""
        ...

    def keeps_keys(self, kind: WrittenKind) -> bool:
        """Whether the same entry sent again is taken once. Pure."""
        ...

    def fields(self, kind: RecordKind) -> frozenset[str]:
        """Those that can be changed, by our names. Pure."""
        ...

    def search(self, kind: RecordKind, name: str, customer: Record | None = None) -> list[Record]:
        """Those that the name may mean; deals are those of the customer."""
        ...

    def choices(self, kind: RecordKind, field: str, record: Record) -> list[Record] | None:
        """What the field may be; None where it is free."""
        ...

    def read(self, kind: RecordKind, record: Record) -> Standing: ...

    def update(self, kind: RecordKind, record: Record, change: Mapping[str, str], standing: Standing) -> SendOutcome:
        """Rejected with the code `conflict` where it does not stand like that any more."""
        ...

    def write(self, entry: Written) -> SendOutcome: ...

    def find_written(self, entry: Written) -> ReconcileOutcome:
        """By its key. Safe to repeat."""
        ...

    def remove(self, entry: Written, written_id: str) -> SendOutcome:
        """Safe to repeat: what is gone is removed."""
        ...
