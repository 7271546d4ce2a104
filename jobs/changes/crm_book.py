"""Notes and tasks in Recado's own tables: the target that is always there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from agent.base import ToolContext
from models.changes.crm_entry import CrmEntry, Kind, add_entry, find_entry, remove_entry
from models.errors import ToolError
from models.session import session_scope


@dataclass(frozen=True, slots=True)
class CrmBook:
    """Implements `agent.tools.crm.notes.CrmTarget`."""

    engine: Engine

    def takes(self, kind: Kind) -> bool:
        return True

    def gives_back(self, kind: Kind) -> bool:
        return True

    def place(self, customer: str) -> str:
        return ""

    def add(self, context: ToolContext, entry: CrmEntry) -> Mapping[str, Any]:
        with session_scope(self.engine) as connection:
            return {"id": str(add_entry(connection, _tenant(context), context.key, entry))}

    def find(self, context: ToolContext, entry: CrmEntry) -> Mapping[str, Any] | None:
        with session_scope(self.engine) as connection:
            found = find_entry(connection, _tenant(context), context.key)
        return None if found is None else {"id": str(found)}

    def remove(self, context: ToolContext, entry: CrmEntry, written_id: str) -> None:
        with session_scope(self.engine) as connection:
            if not remove_entry(connection, _tenant(context), context.key):
                raise ToolError("It is not there.", code="unknown_outcome")


def _tenant(context: ToolContext) -> UUID:
    """Code's word, never an argument."""
    if context.situation.tenant is None:
        raise ToolError("There is no company here to write for.", code="not_allowed")
    return context.situation.tenant
