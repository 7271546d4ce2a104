"""Whether a message tells something to be remembered and asks nothing, so that it is no question about sales. Pure."""

import re
from datetime import date
from typing import Final

from agent.grounding.words.folding import fold_in_place
from agent.memory.customer_names import CustomerNames
from agent.memory.of_customers import find_told_of_customers, may_tell_of_customers
from agent.memory.reading import find_told

# Of these a question may be made: "prefiro ver em caixas", "me lembra quanto vendi".
_MAY_ASK: Final = frozenset({"reminder", "preference", "decision", "objection", "usual_quantity"})
_ASKS: Final = re.compile(
    r"\?|\b(?:quant[oa]s?|qto|qual|quais|vendas?|faturamento|ranking|mostr[ae]|me (?:diz|diga|passa)|how|what|which"
    r"|sales|revenue|show|cuant[oa]s?|cual(?:es)?|ventas?|facturacion|muestra|dime)\b"
)


def only_tells(text: str, customers: CustomerNames, today: date) -> bool:
    """Of herself, or of one of the customers. What she wants to be reminded of may be a question."""
    if "?" in text:
        return False
    return any(one.predicate != "reminder" for one in find_told(text, today)) or _is_of_customers(text, customers)


def asks_nothing(text: str, customers: CustomerNames, today: date) -> bool:
    """Whether it tells, and no figure can be its answer."""
    if _ASKS.search(fold_in_place(text)):
        return False
    of_herself = (one.predicate.partition(":")[0] for one in find_told(text, today))
    return any(predicate not in _MAY_ASK for predicate in of_herself) or _is_of_customers(text, customers)


def _is_of_customers(text: str, customers: CustomerNames) -> bool:
    return may_tell_of_customers(text) and bool(find_told_of_customers(text, customers).told)
