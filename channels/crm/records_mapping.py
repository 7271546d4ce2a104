"""How a CRM's customers and deals are found, read and changed, and notes and tasks written, as its mapping says."""

from typing import Self

from pydantic import Field, model_validator

from channels.crm.fields import ExpressionField, MappingPart, Request


class Listing(Request):
    """Records, or the values that a field may have."""

    items: ExpressionField
    id: ExpressionField
    name: ExpressionField


class Reading(Request):
    """One record's fields, by our names; `version` is what the CRM wants back as If-Match."""

    fields: dict[str, ExpressionField] = Field(min_length=1)
    version: ExpressionField | None = None


class RecordRequests(MappingPart):
    """One kind of record. Fields may be changed where `update` stands; `choices` lists what such a field may be."""

    search: Listing
    read: Reading | None = None
    update: Request | None = None
    choices: dict[str, Listing] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_reading(self) -> Self:
        if self.update is not None and self.read is None:
            raise ValueError("read: is missing, so nobody could be shown what an update changes")
        return self


class EntryListing(Request):
    """Notes or tasks of a customer, newest first."""

    items: ExpressionField
    id: ExpressionField
    text: ExpressionField


class EntryRequests(Request):
    """How a note or task is written, found again by its marker, and removed."""

    html: bool = False
    id: ExpressionField
    keeps_keys: bool = False  # the same Idempotency-Key is taken once: what nobody heard of may be sent again
    find: EntryListing
    remove: Request | None = None


class WritingRequests(MappingPart):
    """Expressions see `search` (`name`), `customer`, `record` (`id`, `name`), `change` (the fields that change),
    `entry` (`text`, `id`, `marker`, `due`, `due_epoch`, `by`), `written` (`id`), `now` and `account`."""

    customer: RecordRequests
    deal: RecordRequests | None = None
    note: EntryRequests
    task: EntryRequests | None = None
