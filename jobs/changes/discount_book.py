"""Requests for a discount in Recado's own table, put before the managers in the transaction that makes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from agent.base import ToolContext
from jobs.changes.discount_news import reach_managers, ring, tell, words_for
from jobs.runtime import Services
from models.changes.discount import Requester, Wish, add_request, find_request, withdraw
from models.changes.proposal import find_asker
from models.errors import ToolError
from models.session import session_scope


@dataclass(frozen=True, slots=True)
class DiscountBook:
    """Implements `agent.tools.discount.DiscountTarget`."""

    engine: Engine
    services: Callable[[], Services]

    def check(self, context: ToolContext) -> None:
        with session_scope(self.engine) as connection:
            managers = reach_managers(connection, self.services(), _tenant(context), but=_person(context))
        if not managers:
            raise ToolError("There is no manager but her who could be asked: say so.", code="refused")

    def add(self, context: ToolContext, wish: Wish) -> Mapping[str, Any]:
        services, rung, person_id = self.services(), list[UUID](), _person(context)
        with session_scope(self.engine) as connection:
            request_id = _request_id(context)
            asker = find_asker(connection, _tenant(context), request_id)
            if asker is None:
                raise ToolError("Nobody has agreed to this request.", code="not_allowed")
            whose = (_tenant(context), asker.account_id, asker.address)
            requester = Requester(*whose, person_id, context.situation.person_name or asker.address)
            request, is_new = add_request(connection, request_id, requester, wish, context.language)
            if is_new:
                managers = reach_managers(connection, services, requester.tenant_id, but=person_id)
                if not managers:
                    raise ToolError("There is no other manager who could be asked.", code="refused")
                rung = tell(connection, services, managers, words_for("asked", request))
        ring(services, rung)
        return {"id": str(request.id), "number": request.number}

    def find(self, context: ToolContext) -> Mapping[str, Any] | None:
        with session_scope(self.engine) as connection:
            found = find_request(connection, _tenant(context), _request_id(context))
        return None if found is None else {"id": str(found.id), "number": found.number}

    def withdraw(self, context: ToolContext) -> bool:
        with session_scope(self.engine) as connection:
            return withdraw(connection, _tenant(context), _request_id(context))


def _tenant(context: ToolContext) -> UUID:
    """Code's word, never an argument."""
    if context.situation.tenant is None:
        raise ToolError("There is no company here to ask for.", code="not_allowed")
    return context.situation.tenant


def _person(context: ToolContext) -> UUID:
    """Whoever asks has to be known, by whichever of her addresses: nobody may rule on a request of her own."""
    if context.situation.person is None:
        raise ToolError("Only somebody whom the company has on its list can ask for a discount.", code="not_allowed")
    return context.situation.person


def _request_id(context: ToolContext) -> UUID:
    """The id of what she agreed to, in which every key of a change ends."""
    return UUID(context.key[-36:])
