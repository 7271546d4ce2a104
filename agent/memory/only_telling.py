"""Whether a message tells something to be remembered, and what it asks beside that: a fact is no question. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from agent.grounding.words.folding import fold_in_place
from agent.memory.customer_names import CustomerNames
from agent.memory.of_customers import find_told_of_customers, may_tell_of_customers
from agent.memory.reading import find_told
from models.memory.customer_fact import NewCustomerFact

# Of these a question may be made: "prefiro ver em caixas", "me lembra quanto vendi".
_MAY_ASK: Final = frozenset({"reminder", "preference", "decision", "objection", "usual_quantity"})
_ASKS: Final = re.compile(
    r"\?|\b(?:quant[oa]s?|qto|qual|quais|vendas?|faturamento|ranking|mostr[ae]|me (?:diz|diga|passa)|how|what|which"
    r"|quem|onde|quando|ultim[oa]s?|pedidos?|clientes|parad[oa]s|who|where|when|latest|orders?|quien(?:es)?|donde|cuando"
    r"|sales|revenue|show|cuant[oa]s?|cual(?:es)?|ventas?|facturacion|muestra|dime)\b"
)


def only_tells(text: str, customers: CustomerNames, today: date) -> bool:
    """Of herself, or of one of the customers. What she wants to be reminded of may be a question."""
    if "?" in text:
        return False
    return any(one.predicate != "reminder" for one in find_told(text, today)) or bool(
        _told_of_customers(text, customers)
    )


@dataclass(frozen=True, slots=True)
class Untold:
    """`told` is the sentences of a message that tell something; the rest of it is whole `sentences`, and `tails` of
    those that tell."""

    told: str
    sentences: str
    tails: tuple[str, ...]


def asks_outright(text: str) -> bool:
    """By a word that questions have, whatever it tells besides."""
    return _ASKS.search(fold_in_place(text)) is not None


def leave_out_told(text: str, customers: CustomerNames, today: date) -> Untold | None:
    """None where the text tells nothing."""
    of_herself = find_told(text, today)
    told = [(one.quote, one.value) for one in of_herself if one.predicate.partition(":")[0] not in _MAY_ASK]
    told += [(one.quote, one.value) for one in _told_of_customers(text, customers)]
    if not told:
        return None
    ends: dict[str, int] = {}
    for quote, value in told:
        at = quote.find(value)  # numbers are kept in another form than they were written in
        ends[quote] = max(ends.get(quote, 0), len(quote) if at < 0 else at + len(value))
    for quote in ends:
        text = text.replace(quote, "\n")
    return Untold(
        "\n".join(ends),
        text.strip(),
        tuple(tail for quote, end in ends.items() if (tail := quote[end:].strip(" ,;:.!"))),
    )


def _told_of_customers(text: str, customers: CustomerNames) -> Sequence[NewCustomerFact]:
    return find_told_of_customers(text, customers).told if may_tell_of_customers(text) else ()
