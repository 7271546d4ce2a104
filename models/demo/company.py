"""The cast of a demo company, as a value read from JSON: who sells, who buys, what is sold."""

import json
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from hashlib import sha256
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from models.errors import ConfigurationError

DEFAULT_SEED = "aurora"


def _read_price(value: object) -> object:
    """Numbers and texts alike: 12.9, "12.90", "12,90", "R$ 1.234,56". Floats go through their shortest text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return value
    text = re.sub(r"^\s*R\$\s*|\s+", "", str(value))
    if "," in text:
        text = text.replace(".", "").replace(",", ".") if text.rfind(",") > text.rfind(".") else text.replace(",", "")
    try:
        return Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP)
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a price") from None


def _named(value: object) -> object:
    """ "Ana" is short for {"name": "Ana"}."""
    return {"name": value} if isinstance(value, str) else value


_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"  # a database cannot hold a NUL, nor a message show the others
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=_PRINTABLE)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120, pattern=_PRINTABLE)]
Price = Annotated[Decimal, BeforeValidator(_read_price), Field(gt=0, max_digits=10, decimal_places=2)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Salesperson(_Entry):
    name: Name


class Customer(_Entry):
    """`salesperson` is the owner's name; without it an owner is chosen."""

    name: Name
    city: Word = ""
    state: Word = ""
    segment: Word = ""
    salesperson: Word = ""


class Product(_Entry):
    """`price` is in BRL, as the list of the year 2026 has it."""

    name: Name
    category: Word = ""
    price: Price


class Company(_Entry):
    """`sender` is the manager who also sells, and is always one of `salespeople`."""

    name: Name = "Aurora Distribuidora"
    sender: Annotated[Salesperson, BeforeValidator(_named)]
    salespeople: tuple[Annotated[Salesperson, BeforeValidator(_named)], ...] = Field(default=(), max_length=200)
    customers: tuple[Annotated[Customer, BeforeValidator(_named)], ...] = Field(min_length=1, max_length=5000)
    products: tuple[Product, ...] = Field(min_length=1, max_length=5000)
    seed: Name = DEFAULT_SEED

    @model_validator(mode="before")
    @classmethod
    def _include_the_sender(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get("salespeople", []), list | tuple):
            return value
        sender = _name_of(value.get("sender"))
        people = list(value.get("salespeople", []))
        known = {_name_of(person).casefold(): _name_of(person) for person in people}
        if not sender:
            return value
        if sender.casefold() in known:
            return {**value, "sender": known[sender.casefold()]}
        return {**value, "salespeople": [*people, sender]}

    @model_validator(mode="after")
    def _check_names(self) -> "Company":
        for kind in ("salespeople", "customers", "products"):
            seen: set[str] = set()
            for entry in getattr(self, kind):
                if entry.name.casefold() in seen:
                    raise ValueError(f'{kind}: "{entry.name}" appears twice')
                seen.add(entry.name.casefold())
        known = {person.name for person in self.salespeople}
        for customer in self.customers:
            if customer.salesperson and customer.salesperson not in known:
                raise ValueError(
                    f'customers: "{customer.name}" belongs to "{customer.salesperson}", who is no salesperson'
                )
        return self

    @property
    def digest(self) -> str:
        """Changes with anything that the generated rows depend on."""
        return sha256(self.model_dump_json().encode()).hexdigest()


def _name_of(value: object) -> str:
    name = value.get("name") if isinstance(value, dict) else getattr(value, "name", value)
    return name.strip() if isinstance(name, str) else ""


def parse_company(text: str | bytes) -> Company:
    """Raises ConfigurationError, one line per mistake with its place in the file."""
    try:
        return Company.model_validate(json.loads(text, parse_float=Decimal))
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, e['loc'])) or 'file'}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        ]
        raise ConfigurationError("the company file is wrong:\n" + "\n".join(lines)) from None
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"the company file is no JSON: {error}") from None
