"""Notes and tasks in the company's own CRM: written once, looked for where nobody heard of them, never repeated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from agent.base import ToolContext
from agent.tools.names import fold
from models.changes.crm_entry import CrmEntry, Kind
from models.changes.crm_record import Record, Records, Written
from models.errors import DeliveryError, ToolError
from models.reply import Absent, Accepted, Rejected, Unknown

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RemoteCrm:
    """Implements `agent.tools.crm.notes.CrmTarget`."""

    records: Records

    def takes(self, kind: Kind) -> bool:
        return self.records.writes(kind)

    def gives_back(self, kind: Kind) -> bool:
        return self.records.removes(kind)

    def place(self, customer: str) -> str:
        return find_customer(self.records, customer).id

    def add(self, context: ToolContext, entry: CrmEntry) -> Mapping[str, Any]:
        written = _written(context, entry)
        outcome = self.records.write(written)
        if isinstance(outcome, Unknown) and self.records.keeps_keys(entry.kind):
            again = self.records.write(written)
            outcome = again if isinstance(again, Accepted) else outcome
        if isinstance(outcome, Rejected):
            raise ToolError(outcome.reason, code="refused")
        if isinstance(outcome, Unknown):
            found = self.records.find_written(written)
            if not isinstance(found, Accepted):  # also one that is not there may be on its way still
                raise ToolError(outcome.reason, code="unknown_outcome")
            outcome = found
        return {"id": outcome.provider_id}

    def find(self, context: ToolContext, entry: CrmEntry) -> Mapping[str, Any] | None:
        found = self.records.find_written(_written(context, entry))
        if isinstance(found, Accepted):
            return {"id": found.provider_id}
        if self.records.keeps_keys(entry.kind):
            return None
        # A list lags behind: what stands in it was written, and of what does not nobody can say so.
        reason = "The CRM does not show it yet." if isinstance(found, Absent) else found.reason
        raise ToolError(reason, code="unknown_outcome")

    def remove(self, context: ToolContext, entry: CrmEntry, written_id: str) -> None:
        written = _written(context, entry)
        outcome = self.records.remove(written, written_id or self._find_id(written))
        if not isinstance(outcome, Accepted):
            code = "refused" if isinstance(outcome, Rejected) else "unknown_outcome"
            raise ToolError(outcome.reason, code=code)

    def _find_id(self, written: Written) -> str:
        found = self.records.find_written(written)
        if isinstance(found, Accepted) and found.provider_id:
            return found.provider_id
        reason = found.reason if isinstance(found, Unknown) else "The CRM does not show it."
        raise ToolError(reason, code="unknown_outcome")


def find_customer(records: Records, name: str) -> Record:
    """The one that is called just so. Raises ToolError where there is none, or several."""
    found = {record.id: record for record in ask(lambda: records.search("customer", name))}
    same = [record for record in found.values() if record.id and fold(record.name) == fold(name)]
    if len(same) == 1:
        return same[0]
    many = "several customers" if same else "no customer"
    raise ToolError(f"The CRM knows {many} called {name[:80]}: nothing can be written there.", code="refused")


def ask(question: Callable[[], T]) -> T:
    """Raises ToolError where the CRM does not answer."""
    try:
        return question()
    except DeliveryError as error:
        raise ToolError(f"The CRM could not be asked: {error}", code="refused") from None


def _written(context: ToolContext, entry: CrmEntry) -> Written:
    """The CRM knows our token alone: who asked for it stands in the text."""
    signed = f"{entry.text}\n— {entry.written_by}" if entry.written_by else entry.text
    customer = Record(entry.place, entry.customer)
    return Written(entry.kind, _key_of(context.key), customer, signed, entry.due_on, entry.written_by)


def _key_of(key: str) -> UUID:
    try:
        return UUID(key[-36:])  # ends in the id of what she agreed to
    except ValueError:
        return uuid5(NAMESPACE_URL, key)
