"""The tools that write about customers: notes and tasks, each shown to the person before anything is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import Field, ValidationError

from agent.base import Language, Tool, ToolContext, ToolResult, ToolSpec
from agent.tools.desk import Bench, Desk
from agent.tools.schema import Arguments, describe_mistakes, strict_schema
from agent.writing import Change, Writing
from models.crm_entry import CrmEntry
from models.errors import ToolError

A = TypeVar("A", bound=Arguments)

CRM_TOOLS = ("crm_note", "crm_task")

_LONGEST = 2_000  # characters of a note


class CrmTarget(Protocol):
    """Where notes and tasks go. `context.key` names the write: the same key takes effect once. What cannot be known
    raises ToolError."""

    def add(self, context: ToolContext, entry: CrmEntry) -> Mapping[str, Any]: ...

    def find(self, context: ToolContext) -> Mapping[str, Any] | None: ...

    def remove(self, context: ToolContext) -> bool: ...


class NoteArguments(Arguments):
    customer: str = Field(description="The customer's name, or a part that picks out one.")
    text: str = Field(min_length=1, max_length=_LONGEST, description="The note, in the person's own words.")


class TaskArguments(Arguments):
    customer: str = Field(description="The customer's name, or a part that picks out one.")
    text: str = Field(min_length=1, max_length=_LONGEST, description="What is to be done, in the person's own words.")
    due: str = Field(description="The day, as the person said it (amanhã, next thursday) or as an ISO date.")


_NOTE: dict[Language, str] = {
    "pt": "Anotar em **{customer}**: «{text}»",
    "en": "Note on **{customer}**: “{text}”",
    "es": "Anotar en **{customer}**: «{text}»",
}
_TASK: dict[Language, str] = {
    "pt": "Criar tarefa para **{day}**, {customer}: «{text}»",
    "en": "Create a task for **{day}**, {customer}: “{text}”",
    "es": "Crear tarea para **{day}**, {customer}: «{text}»",
}


def _read_note(desk: Desk, given: NoteArguments, language: Language) -> tuple[CrmEntry, str]:
    customer, text = desk.customer(given.customer), _flat(given.text)
    entry = CrmEntry("note", customer, text, None, desk.situation.person_name)
    return entry, _NOTE[language].format(customer=customer, text=text)


def _read_task(desk: Desk, given: TaskArguments, language: Language) -> tuple[CrmEntry, str]:
    customer, text = desk.customer(given.customer), _flat(given.text)
    day = desk.period(given.due).start
    if day < desk.today:
        raise ToolError("That day is over: ask for another one.", code="bad_arguments")
    entry = CrmEntry("task", customer, text, day, desk.situation.person_name)
    return entry, _TASK[language].format(day=f"{day:%d/%m/%Y}", customer=customer, text=text)


def _flat(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class _Writer(Generic[A]):
    """One kind of entry: how its arguments are read, and where it goes."""

    bench: Bench
    target: CrmTarget
    arguments: type[A]
    read: Callable[[Desk, A, Language], tuple[CrmEntry, str]]

    def preview(self, context: ToolContext, given: Mapping[str, Any]) -> Change:
        entry, words = self._entry(context, given)
        applied = {"customer": entry.customer, "text": entry.text}
        if entry.due_on is not None:
            applied["due"] = entry.due_on.isoformat()
        return Change(words, applied)

    def call(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult:
        entry, _ = self._entry(context, given)
        return ToolResult(True, {"ok": True, **self.target.add(context, entry)}, given)

    def find(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult | None:
        found = self.target.find(context)
        return None if found is None else ToolResult(True, {"ok": True, **found}, given)

    def undo(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult:
        return ToolResult(True, {"ok": True, "removed": self.target.remove(context)}, given)

    def _entry(self, context: ToolContext, given: Mapping[str, Any]) -> tuple[CrmEntry, str]:
        try:
            arguments = self.arguments.model_validate(dict(given))
        except ValidationError as error:
            raise ToolError(f"Wrong arguments: {describe_mistakes(error)}.", code="bad_arguments") from None
        return self.read(Desk(self.bench, context), arguments, context.language)


def build_crm_tools(bench: Bench, target: CrmTarget) -> dict[str, Tool]:
    """`crm_note` and `crm_task`. A rep writes about her own customers alone: names are resolved in her scope."""
    note = _Writer(bench, target, NoteArguments, _read_note)
    task = _Writer(bench, target, TaskArguments, _read_task)
    return {
        "crm_note": _tool("crm_note", "Write a note about a customer, in the person's own words.", note),
        "crm_task": _tool("crm_task", "Put down a task about a customer for a day, such as a call.", task),
    }


def _tool(name: str, description: str, writer: _Writer[A]) -> Tool:
    asked = "Only when the person asks for it. She is shown the change and says yes or no: never claim it was made."
    spec = ToolSpec(name, f"{description}\n\n{asked}", strict_schema(writer.arguments))
    writing = Writing(writer.preview, writer.find, writer.undo)
    return Tool(spec, "write", frozenset({"rep", "manager"}), writer.call, frozenset({"private"}), writing=writing)
