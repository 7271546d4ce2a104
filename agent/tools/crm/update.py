"""The tool that changes a deal or a customer in the company's CRM: what stands now beside what would stand, and nothing
is written over what somebody else has changed meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field as Described

from agent.base import Tool, ToolContext, ToolResult
from agent.periods.coming import resolve_coming_day
from agent.tools.crm.fields import FIELDS, Field, check_address, read_amount
from agent.tools.crm.remote import ask, find_customer
from agent.tools.desk import Bench, Desk
from agent.tools.names import resolve_name
from agent.tools.schema import Arguments
from agent.tools.writer import build_writing_tool, read_arguments
from agent.writing import Change, Writing
from models.changes.crm_record import Record, RecordKind, Records
from models.errors import ToolError
from models.language import Language, Texts
from models.reply import Accepted, Rejected

_STORED = ("kind", "record", "before")  # beside the arguments, by code

_SAID: Final[dict[RecordKind, Texts]] = {
    "deal": {
        "pt": "Alterar o negócio **{name}** ({customer}): {lines}",
        "en": "Change the deal **{name}** ({customer}): {lines}",
        "es": "Cambiar el negocio **{name}** ({customer}): {lines}",
    },
    "customer": {
        "pt": "Alterar o cliente **{name}**: {lines}",
        "en": "Change the customer **{name}**: {lines}",
        "es": "Cambiar el cliente **{name}**: {lines}",
    },
}
_CHANGED: Final[Texts] = {
    "pt": "Alguém mexeu nisso no CRM depois que mostrei, por isso não escrevi por cima. Agora está assim: {lines}.",
    "en": "Somebody changed this in the CRM after I showed it, so I wrote nothing over it. It now stands so: {lines}.",
    "es": "Alguien cambió esto en el CRM después de mostrarlo, por eso no escribí encima. Ahora está así: {lines}.",
}


class UpdateArguments(Arguments):
    customer: str = Described(description="The customer's name, or a part that picks out one.")
    deal: str | None = Described(
        default=None, description="The deal's name or a part of it; null: the customer's only open deal."
    )
    stage: str | None = Described(default=None, description="A deal's new stage; null: as it is. So for all below.")
    amount: str | None = Described(default=None, description="A deal's new amount, as a plain decimal: 1200.50.")
    close_date: str | None = Described(default=None, description="When a deal is expected to close: words or ISO date.")
    next_step: str | None = Described(default=None, max_length=500, description="A deal's next step, in her words.")
    email: str | None = Described(default=None, description="The customer's new e-mail address.")
    phone: str | None = Described(default=None, description="The customer's new phone number.")
    owner: str | None = Described(default=None, description="Who looks after the customer; for managers only.")


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be changed, where; values by field."""

    kind: RecordKind
    customer: str
    record: Record
    fields: Mapping[str, Field]
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Updater:
    bench: Bench
    records: Records

    def preview(self, context: ToolContext, given: Mapping[str, Any]) -> Change:
        wish = self._read(context, given)
        name, language = wish.record.name[:80], context.language
        lines = "; ".join(_line(wish.fields[one], wish.before[one], new, language) for one, new in wish.after.items())
        words = _SAID[wish.kind][language].format(name=name, customer=wish.customer, lines=lines)
        applied: dict[str, Any] = {"customer": wish.customer, **wish.after, "kind": wish.kind, "record": wish.record.id}
        if wish.kind == "deal":
            applied["deal"] = wish.record.name
        return Change(words, {**applied, "before": dict(wish.before)})

    def call(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult:
        self._check_scope(context, given)
        before, after = dict(given["before"]), _after(given)
        return self._set(context, given, before, after)

    def undo(self, context: ToolContext, given: Mapping[str, Any], made: Mapping[str, Any]) -> ToolResult:
        self._check_scope(context, given)
        return self._set(context, given, _after(given), dict(given["before"]))

    def find(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult | None:
        """What stands there tells: what is to stand, what stood, or something else, of which nobody knows whose."""
        now = self._now(given)
        if now == _after(given):
            return ToolResult(True, {"ok": True, "id": given["record"]}, given)
        if now == dict(given["before"]):
            return None
        raise ToolError("It stands in another way now.", code="unknown_outcome")

    def _set(
        self, context: ToolContext, given: Mapping[str, Any], old: Mapping[str, str], new: Mapping[str, str]
    ) -> ToolResult:
        """From the one to the other; safe to repeat. Raises ToolError `changed` where it is neither."""
        kind, record = _place(given)
        standing = ask(lambda: self.records.read(kind, record))
        now = _canonical(kind, standing.fields, new)
        done = ToolResult(True, {"ok": True, "id": record.id}, given)
        if now == new:
            return done
        if now != old:
            raise self._changed(context, kind, record, now)
        outcome = self.records.update(kind, record, new, standing)
        if isinstance(outcome, Accepted):
            return done
        if isinstance(outcome, Rejected) and outcome.code != "conflict":
            raise ToolError(outcome.reason, code="refused")
        now = self._now(given, unknown=True)
        if now == new:
            return done
        if isinstance(outcome, Rejected):
            raise self._changed(context, kind, record, now)
        raise ToolError(outcome.reason, code="unknown_outcome")

    def _now(self, given: Mapping[str, Any], *, unknown: bool = False) -> dict[str, str]:
        kind, record = _place(given)
        try:
            fields = ask(lambda: self.records.read(kind, record)).fields
        except ToolError as error:
            raise ToolError(str(error), code="unknown_outcome" if unknown else error.code) from None
        return _canonical(kind, fields, _after(given))

    def _changed(self, context: ToolContext, kind: RecordKind, record: Record, now: Mapping[str, str]) -> ToolError:
        fields, language = self._fields(Desk(self.bench, context), kind, record, now), context.language
        shown = [f"{fields[one].label(language)}: {fields[one].show(value, language)}" for one, value in now.items()]
        words = _CHANGED[language].format(lines="; ".join(shown))
        return ToolError("It was changed in the CRM meanwhile.", code="changed", anew=words)

    def _check_scope(self, context: ToolContext, given: Mapping[str, Any]) -> None:
        Desk(self.bench, context).customer(str(given["customer"]))
        _forbid_giving_away(context, _after(given))

    def _read(self, context: ToolContext, given: Mapping[str, Any]) -> _Wish:
        desk = Desk(self.bench, context)
        arguments = read_arguments(UpdateArguments, {name: given[name] for name in given if name not in _STORED})
        wanted = {name: value for name, value in arguments.model_dump().items() if value is not None}
        kind = _kind_of(wanted)
        wished = {name: value for name, value in wanted.items() if name in FIELDS[kind]}
        if unable := sorted(wished.keys() - self.records.fields(kind)):
            raise ToolError(f"This CRM cannot be told of: {', '.join(unable)}.", code="not_available")
        _forbid_giving_away(context, wished)
        customer = desk.customer(arguments.customer)
        record = find_customer(self.records, customer)
        if kind == "deal":
            record = self._pick_deal(record, arguments.deal)
        fields = self._fields(desk, kind, record, wished)
        standing = _canonical(kind, ask(lambda: self.records.read(kind, record)).fields, wished)
        after = {name: _value(desk, fields[name], value) for name, value in wished.items()}
        after = {name: value for name, value in after.items() if value != standing[name]}
        if not after:
            raise ToolError("It stands like that already: nothing is to be changed.", code="no_change")
        return _Wish(kind, customer, record, fields, {name: standing[name] for name in after}, after)

    def _pick_deal(self, customer: Record, words: str | None) -> Record:
        deals = ask(lambda: self.records.search("deal", words or "", customer))
        if not deals:
            raise ToolError("That customer has no open deal in the CRM.", code="unknown_name")
        if words is None and len(deals) > 1:
            names = [deal.name[:80] for deal in deals[:10]]
            raise ToolError("Which deal is meant? See candidates.", code="ambiguous_name", candidates=names)
        name = deals[0].name if words is None else resolve_name("deal", words, [deal.name for deal in deals])
        same = [deal for deal in deals if deal.name == name]
        if len(same) > 1:
            raise ToolError("Several deals are called so.", code="ambiguous_name", candidates=[name[:80]])
        return same[0]

    def _fields(self, desk: Desk, kind: RecordKind, record: Record, wished: Mapping[str, str]) -> dict[str, Field]:
        currency = desk.sales.layer.spec.currency
        fields = {}
        for name in wished:
            choices = ask(lambda name=name: self.records.choices(kind, name, record))  # type: ignore[misc]
            fields[name] = Field(name, FIELDS[kind][name], choices, currency)
        return fields


def _kind_of(wanted: Mapping[str, str]) -> RecordKind:
    kinds: list[RecordKind] = [kind for kind, fields in FIELDS.items() if fields.keys() & wanted.keys()]
    if len(kinds) == 1:
        return kinds[0]
    raise ToolError("Say what is to change, of a deal or of a customer, one of them at a time.", code="bad_arguments")


def _forbid_giving_away(context: ToolContext, wished: Mapping[str, str]) -> None:
    if "owner" in wished and context.situation.role != "manager":
        raise ToolError("Only a manager says who looks after a customer.", code="not_allowed")


def _value(desk: Desk, field: Field, words: str) -> str:
    """As the CRM takes it. Raises ToolError."""
    words = " ".join(words.split())
    if field.choices is not None:
        known = {choice.id: choice.id for choice in field.choices}
        if words in known:
            return words
        name = resolve_name(field.name, words, [choice.name for choice in field.choices])
        same = [choice.id for choice in field.choices if choice.name == name]
        if len(same) > 1:
            raise ToolError(f"Several are called {name[:80]} in the CRM.", code="ambiguous_name")
        return same[0]
    if field.kind == "money" and read_amount(words) is None:
        raise ToolError("amount must be a plain decimal such as 1200.50.", code="bad_arguments")
    if field.kind == "day":
        return resolve_coming_day(words, desk.today).isoformat()
    return check_address(words) if field.kind == "address" else field.canonical(words)


def _line(field: Field, before: str, after: str, language: Language) -> str:
    new = f"«{after}»" if field.kind == "text" and field.choices is None else field.show(after, language)
    return f"{field.label(language)}: {field.show(before, language)} → **{new}**"


def _place(given: Mapping[str, Any]) -> tuple[RecordKind, Record]:
    return given["kind"], Record(str(given["record"]), str(given.get("deal") or given["customer"]))


def _after(given: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(given[name]) for name in given["before"]}


def _canonical(kind: RecordKind, fields: Mapping[str, str], wished: Mapping[str, str]) -> dict[str, str]:
    return {name: Field(name, FIELDS[kind][name]).canonical(fields.get(name, "")) for name in wished}


def build_update_tool(bench: Bench, records: Records) -> Tool:
    """`crm_update`, for a CRM whose mapping can change something."""
    updater = _Updater(bench, records)
    words = "Change a deal (stage, amount, expected close, next step) or a customer's contact details in the CRM."
    writing = Writing(updater.preview, updater.find, updater.undo)
    return build_writing_tool("crm_update", words, UpdateArguments, updater.call, writing)
