"""The tool by which a person asks for a discount: she agrees to the very request, and a manager rules on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from pydantic import Field

from agent.base import Tool, ToolContext, ToolResult
from agent.discount_words import as_told, spell_percent
from agent.tools.desk import Bench, Desk
from agent.tools.schema import Arguments
from agent.tools.writer import build_writing_tool, read_arguments
from agent.writing import Change, Writing
from models.changes.discount import Wish
from models.errors import ToolError
from models.language import Texts

_WORDS: Final[Texts] = {
    "pt": "Pedir à gerência **{percent}** de desconto para **{customer}**{subject}: «{reason}»",
    "en": "Ask the managers for a **{percent}** discount for **{customer}**{subject}: “{reason}”",
    "es": "Pedir a la gerencia **{percent}** de descuento para **{customer}**{subject}: «{reason}»",
}


class DiscountArguments(Arguments):
    customer: str = Field(description="The customer's name, or a part that picks out one.")
    percent: float = Field(gt=0, le=100, description="How many percent, such as 7.5.")
    reason: str = Field(min_length=3, max_length=500, description="Why, in the person's own words.")
    subject: str | None = Field(
        default=None,
        max_length=120,
        description="The order or deal it is for, as she calls it; null: none.",
    )


class DiscountTarget(Protocol):
    """Where requests go. `context.key` names one: the same key asks once. All may raise ToolError."""

    def check(self, context: ToolContext) -> None:
        """Raises ToolError where there is no manager but her who could be asked."""
        ...

    def add(self, context: ToolContext, wish: Wish) -> Mapping[str, Any]: ...

    def find(self, context: ToolContext) -> Mapping[str, Any] | None: ...

    def withdraw(self, context: ToolContext) -> bool:
        """False where it was ruled on."""
        ...


@dataclass(frozen=True, slots=True)
class _Asker:
    bench: Bench
    target: DiscountTarget
    most: Decimal

    def preview(self, context: ToolContext, given: Mapping[str, Any]) -> Change:
        wish, language = self._read(context, given), context.language
        self.target.check(context)
        subject = f" ({wish.subject})" if wish.subject else ""
        percent = spell_percent(wish.percent, language)
        words = _WORDS[language].format(percent=percent, customer=wish.customer, subject=subject, reason=wish.reason)
        applied: dict[str, Any] = {"customer": wish.customer, "percent": float(wish.percent), "reason": wish.reason}
        return Change(words, {**applied, "subject": wish.subject} if wish.subject else applied)

    def call(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult:
        return ToolResult(True, {"ok": True, **self.target.add(context, self._read(context, given))}, given)

    def find(self, context: ToolContext, given: Mapping[str, Any]) -> ToolResult | None:
        found = self.target.find(context)
        return None if found is None else ToolResult(True, {"ok": True, **found}, given)

    def undo(self, context: ToolContext, given: Mapping[str, Any], made: Mapping[str, Any]) -> ToolResult:
        if not self.target.withdraw(context):
            raise ToolError("A manager has ruled on it already.", code="refused")
        return ToolResult(True, {"ok": True, "withdrawn": True}, given)

    def _read(self, context: ToolContext, given: Mapping[str, Any]) -> Wish:
        arguments = read_arguments(DiscountArguments, given)
        percent = Decimal(str(arguments.percent)).quantize(Decimal("0.01"))
        if percent <= 0:
            raise ToolError("percent must be at least 0.01.", code="bad_arguments")
        if percent > self.most:
            most = spell_percent(self.most, context.language)
            raise ToolError(f"No more than {most} can be asked for: say so.", code="not_allowed")
        customer = Desk(self.bench, context).customer(arguments.customer)
        return Wish(customer, as_told(arguments.subject or ""), percent, as_told(arguments.reason))


def build_discount_tool(bench: Bench, target: DiscountTarget, most: Decimal) -> Tool:
    """`discount_request`, of at most so many percent."""
    asker = _Asker(bench, target, most)
    words = "Ask the managers for a discount for a customer; one of them approves or refuses, and she is told."
    writing = Writing(asker.preview, asker.find, asker.undo)
    return build_writing_tool("discount_request", words, DiscountArguments, asker.call, writing)
