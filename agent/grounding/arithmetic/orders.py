"""What an order comes to that a reply reckons: so many of this and so many of that, or so many of each."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from agent.grounding.arithmetic.operands import Surroundings, is_of_one_unit, total_of, unique
from agent.grounding.claims import Claim, Derived, Known

SUM_OF_PRODUCTS: Final = "sum of products"
_OF_EACH: Final = re.compile(r"\b(?:de cada|of each|each of|cada um[a]?)\b")
_MOST_LINES: Final = 6
_LEAST_LINES: Final = 2


def derive_orders(claim: Claim, around: Surroundings) -> Iterator[Derived]:
    """Each count times a price of what is named right after it, added up; prices of one column only."""
    lines = around.ordered[:_MOST_LINES]
    if len(lines) >= _LEAST_LINES:
        columns = [{known.key: known for known in of_it if _is_price(claim, known)} for _, of_it in lines]
        for key in columns[0]:
            if all(key in column for column in columns):
                prices = [column[key] for column in columns]
                counts = [count for count, _ in lines]
                total = sum(
                    (count.value * price.value for count, price in zip(counts, prices, strict=True)), Decimal(0)
                )
                yield Derived(total, SUM_OF_PRODUCTS, (*counts, *prices), tuple(prices))
    prices = [known for known in unique((*around.beside, *around.shown)) if _is_price(claim, known)]
    for number in around.counts:
        if _OF_EACH.search(around.sentence) and len(prices) > 1:
            yield Derived(total_of(prices) * number, SUM_OF_PRODUCTS, tuple(prices))
        for price in prices[:_MOST_LINES]:
            yield Derived(price.value * number, "product", (price,), (price,))


def _is_price(claim: Claim, known: Known) -> bool:
    return known.kind == "money" and is_of_one_unit(claim, known)
