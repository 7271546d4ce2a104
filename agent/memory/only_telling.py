"""Whether a message tells something to be remembered and asks nothing, so that it is no question about sales. Pure."""

from datetime import date

from agent.memory.customer_names import CustomerNames
from agent.memory.of_customers import find_told_of_customers, may_tell_of_customers
from agent.memory.reading import find_told


def only_tells(text: str, customers: CustomerNames, today: date) -> bool:
    """Of herself, or of one of the customers. What she wants to be reminded of may be a question."""
    if "?" in text:
        return False
    return any(one.predicate != "reminder" for one in find_told(text, today)) or (
        may_tell_of_customers(text) and bool(find_told_of_customers(text, customers).told)
    )
