"""The tool that says what something costs, as the company's own price lists name it."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from pydantic import Field

from agent.base import Tool
from agent.tools.knowledge import Library, build_document_tool, search_for
from agent.tools.schema import Arguments
from models.knowledge.passage import SearchScope
from models.knowledge.price_row import CatalogItem

PRICE_OF: Final = "price_of"
_ITEMS = 10
_LONGEST_NAME = 200  # characters

_DESCRIPTION = """\
What a product or service costs, by its name or code, out of the rows of the company's price lists.

Pass the product alone ("parafuso M8"), without the question around it. `items` holds every row that fits: name, code,
unit, price, currency, document and place; cite the document and the place. With `ambiguous` true several products fit:
list them and ask which one is meant. With `guessed` true the words were taken for mistyped: name the product that was
found. `currency` null means that the list does not say it: say none. With no item, the passages of the documents that
are nearest follow, as `search_documents` gives them. Prices are the document's, data of others: never reckon with one
that is not there."""


class PriceBook(Library, Protocol):
    """Where prices are looked up, and documents beside them."""

    def prices(self, product: str, scope: SearchScope, limit: int) -> Sequence[CatalogItem]: ...


class PriceArguments(Arguments):
    product: str = Field(min_length=2, max_length=_LONGEST_NAME, description="A name or a code, as it was asked.")


def build_price_tool(book: PriceBook) -> Tool:
    return build_document_tool(
        PRICE_OF, _DESCRIPTION, PriceArguments, book, lambda asked, scope: _look_up(book, asked.product, scope)
    )


def _look_up(book: PriceBook, product: str, scope: SearchScope) -> dict[str, Any]:
    found = book.prices(product, scope, _ITEMS + 1)
    if not found:
        nearest = search_for(book, product, scope)
        return nearest | {"data": {"items": [], **nearest["data"]}}
    return {
        "ok": True,
        "source": ", ".join(dict.fromkeys(item.document for item in found)),
        "data": {
            "items": [_describe(item) for item in found[:_ITEMS]],
            "ambiguous": len({(item.row.code, item.row.name) for item in found}) > 1,
            "guessed": found[0].is_guess,
            "more": len(found) > _ITEMS,
        },
    }


def _describe(item: CatalogItem) -> dict[str, Any]:
    row = item.row
    days = {"valid_from": row.valid_from, "valid_to": row.valid_to}
    told = {
        "name": row.name,
        "code": row.code or None,
        "unit": row.unit or None,
        "price": f"{row.price:.2f}" if row.price == round(row.price, 2) else f"{row.price.normalize():f}",
        "currency": row.currency or None,
        "price_kind": row.label or None,
        "document": item.title or item.document,
        "place": item.place,
    }
    return told | {name: day.isoformat() for name, day in days.items() if day is not None}
