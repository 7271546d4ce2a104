"""Through whose eyes somebody sees the sales data: by role, never by what is asked."""

from collections.abc import Callable

from agent.base import Situation
from models.catalogue import Catalogue
from models.errors import ToolError
from models.sales.question import Scope
from models.sales.source import SalesSource


def scope_of(situation: Situation, sales: SalesSource) -> Scope:
    """Whose rows this person may see. Raises ToolError `not_allowed` for somebody the sales data does not know."""
    match situation:
        case Situation(role="manager", salesperson=name) if name or not sales.asks_managers_name:
            return sales.scope_of_manager(name)
        case Situation(role="rep", salesperson=str(name)) if name:
            return Scope(salesperson=name, customer=None)
        case Situation(role="customer", customer=str(name)) if name:
            return Scope(salesperson=None, customer=name)
    raise ToolError("This person is not linked to anybody in the sales data.", code="not_allowed")


def catalogue_seen(sales: SalesSource) -> Callable[[Situation], Catalogue]:
    """The names that somebody may know; nobody's are none."""

    def seen(situation: Situation) -> Catalogue:
        try:
            scope = scope_of(situation, sales)
        except ToolError:
            return Catalogue()
        return sales.catalogue(scope)

    return seen
