"""The fields of the CRM that can be changed: how each is read, compared and shown. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from models.changes.crm_record import Record, RecordKind
from models.errors import ToolError
from models.language import Language, Texts

FieldKind = Literal["choice", "money", "day", "address", "text"]

_DEAL: Final[dict[str, FieldKind]] = {"stage": "choice", "amount": "money", "close_date": "day", "next_step": "text"}
_CUSTOMER: Final[dict[str, FieldKind]] = {"email": "address", "phone": "address", "owner": "choice"}
FIELDS: Final[Mapping[RecordKind, Mapping[str, FieldKind]]] = {"deal": _DEAL, "customer": _CUSTOMER}
FREE_TEXT: Final = frozenset({"next_step"})  # what stands there is repeated to nobody

_LABELS: Final[Mapping[str, Texts]] = {
    "stage": {"pt": "etapa", "en": "stage", "es": "etapa"},
    "amount": {"pt": "valor", "en": "amount", "es": "importe"},
    "close_date": {"pt": "fechamento previsto", "en": "expected close", "es": "cierre previsto"},
    "next_step": {"pt": "próximo passo", "en": "next step", "es": "próximo paso"},
    "email": {"pt": "e-mail", "en": "e-mail", "es": "correo"},
    "phone": {"pt": "telefone", "en": "phone", "es": "teléfono"},
    "owner": {"pt": "responsável", "en": "owner", "es": "responsable"},
}
_OTHER: Final[Texts] = {"pt": "(o que está lá)", "en": "(what is there)", "es": "(lo que está ahí)"}
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,190}|\+?[\d() -]{3,30}")
_SIGNS = {"BRL": "R$ ", "USD": "US$ ", "EUR": "€ "}
_MOST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one record. `choices` are what it may be, None where it is free."""

    name: str
    kind: FieldKind
    choices: Sequence[Record] | None = None
    currency: str = ""

    def canonical(self, value: str) -> str:
        """As it is compared and stored, whichever way the CRM spells it; empty for none."""
        value = value.strip()
        if self.kind == "money" and value:
            amount = read_amount(value)
            return value if amount is None else f"{amount:.2f}"
        return value[:10] if self.kind == "day" else value

    def show(self, value: str, language: Language) -> str:
        """As a person reads it. Free text that stands in the CRM may be anybody's: it is not repeated."""
        if not value:
            return "—"
        if self.choices is not None:
            return next((one.name for one in self.choices if one.id == value), _OTHER[language])[:80]
        if self.kind == "money" and (amount := read_amount(value)) is not None:
            spelt = f"{amount:,.2f}"
            grouped = spelt if language == "en" else spelt.translate(str.maketrans(",.", ".,"))
            return _SIGNS.get(self.currency, f"{self.currency} ") + grouped
        if self.kind == "day" and (day := _read_day(value)) is not None:
            return f"{day:%d/%m/%Y}"
        return value if self.kind == "address" and _ADDRESS.fullmatch(value) else _OTHER[language]

    def label(self, language: Language) -> str:
        return _LABELS[self.name][language]


def read_amount(text: str) -> Decimal | None:
    """None for whatever is no plain amount of money."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < _MOST else None


def check_address(text: str) -> str:
    """An e-mail address or a phone number. Raises ToolError."""
    if _ADDRESS.fullmatch(text.strip()) is None:
        raise ToolError("That is neither an e-mail address nor a phone number.", code="bad_arguments")
    return text.strip()


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
