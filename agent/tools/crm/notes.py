"""The tools that write about customers: notes and tasks, each shown to the person before anything is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from pydantic import Field

from agent.base import Tool, ToolContext, ToolResult
from agent.periods.coming import resolve_coming_day
from agent.tools.desk import Bench, Desk
from agent.tools.schema import Arguments
from agent.tools.writer import build_writing_tool, read_arguments
from agent.writing import Change, Writing
from models.changes.crm_entry import CrmEntry, Kind
from models.errors import ToolError
from models.language import Language, Texts

A = TypeVar("A", bound=Arguments)

CRM_TOOLS = ("crm_note", "crm_task", "crm_update", "discount_request")

_LONGEST = 2_000  # characters of a note
_PLACE = "place"  # beside the arguments, by code: where the customer stands in the CRM


class CrmTarget(Protocol):
    """Where notes and tasks go. `context.key` names the write: the same key takes effect once. What cannot be known
    raises ToolError."""

    def takes(self, kind: Kind) -> bool: ...

    def gives_back(self, kind: Kind) -> bool: ...

    def place(self, customer: str) -> str:
        """The customer's id there, found before the person is asked; empty where names will do. Raises ToolError."""
        ...

    def add(self, context: ToolContext, entry: CrmEntry) -> Mapping[str, Any]: ...

    def find(self, context: ToolContext, entry: CrmEntry) -> Mapping[str, Any] | None: ...

    def remove(self, context: ToolContext, entry: CrmEntry, written_id: str) -> None:
        """`written_id`: what `add` called it, empty where that was lost. What it cannot find, it does not call gone."""
        ...


class NoteArguments(Arguments):
    customer: str = Field(description="The customer's name, or a part that picks out one.")
    text: str = Field(min_length=1, max_length=_LONGEST, description="The note, in the person's own words.")


class TaskArguments(Arguments):
    customer: str = Field(description="The customer's name, or a part that picks out one.")
    text: str = Field(min_length=1, max_length=_LONGEST, description="What is to be done, in the person's own words.")
    due: str = Field(description="The day, as the person said it (amanhã, next thursday) or as an ISO date.")


_NOTE: Texts = {
    "pt": "Anotar em **{customer}**: «{text}»",
    "en": "Note on **{customer}**: “{text}”",
    "es": "Anotar en **{customer}**: «{text}»",
}
_TASK: Texts = {
    "pt": "Criar tarefa para **{day}**, {customer}: «{text}»",
    "en": "Create a task for **{day}**, {customer}: “{text}”",
    "es": "Crear tarea para **{day}**, {customer}: «{text}»",
}


def _read_note(desk: Desk, given: NoteArguments) -> CrmEntry:
    return CrmEntry("note", desk.customer(given.customer), _flat(given.text), None, desk.situation.person_name)


def _read_task(desk: Desk, given: TaskArguments) -> CrmEntry:
    customer, day = desk.customer(given.customer), resolve_coming_day(given.due, desk.today)
    return CrmEntry("task", customer, _flat(given.text), day, desk.situation.person_name)


def _spell(entry: CrmEntry, language: Language) -> str:
    if entry.due_on is None:
        return _NOTE[language].format(customer=entry.customer, text=entry.text)
    return _TASK[language].format(day=f"{entry.due_on:%d/%m/%Y}", customer=entry.customer, text=entry.text)


def _flat(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class _Writer(Generic[A]):
    """One kind of entry: how its arguments are read, and where it goes."""

    bench: Bench
    target: CrmTarget
    arguments: type[A]
    read: Callable[[Desk, A], CrmEntry]

    def preview(self, context: ToolContext, given: Mapping[str, Any]) -> Change:
        entry = self._entry(context, given)
        if entry.due_on is not None and entry.due_on < context.situation.today:
            raise ToolError("That day is over: ask for another one.", code="bad_arguments")
        applied = {"customer": entry.customer, "text": entry.text}
        if entry.due_on is not None:
            applied["due"] = entry.due_on.isoformat()
        if place := self.target.place(entry.customer):
            applied[_PLACE] = place
        return Change(_spell(entry, context.language), applied)

    def call(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult:
        return ToolResult(True, {"ok": True, **self.target.add(context, self._entry(context, given))}, given)

    def find(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult | None:
        found = self.target.find(context, self._entry(context, given))
        return None if found is None else ToolResult(True, {"ok": True, **found}, given)

    def undo(self, context: ToolContext, given: Mapping[str, Any], made: Mapping[str, Any]) -> ToolResult:
        self.target.remove(context, self._entry(context, given), str(made.get("id") or ""))
        return ToolResult(True, {"ok": True, "removed": True}, given)

    def _entry(self, context: ToolContext, given: Mapping[str, Any]) -> CrmEntry:
        arguments = read_arguments(self.arguments, {name: given[name] for name in given if name != _PLACE})
        return replace(self.read(Desk(self.bench, context), arguments), place=str(given.get(_PLACE, "")))


def build_crm_tools(bench: Bench, target: CrmTarget) -> dict[str, Tool]:
    """`crm_note` and `crm_task`, as far as the target takes them. A rep writes about her own customers alone: names
    are resolved in her scope."""
    note = _Writer(bench, target, NoteArguments, _read_note)
    task = _Writer(bench, target, TaskArguments, _read_task)
    tools = {}
    if target.takes("note"):
        tools["crm_note"] = _tool("note", "Write a note about a customer, in the person's own words.", note)
    if target.takes("task"):
        tools["crm_task"] = _tool("task", "Put down a task about a customer for a day, such as a call.", task)
    return tools


def _tool(kind: Kind, description: str, writer: _Writer[A]) -> Tool:
    writing = Writing(writer.preview, writer.find, writer.undo if writer.target.gives_back(kind) else None)
    return build_writing_tool(f"crm_{kind}", description, writer.arguments, writer.call, writing)
