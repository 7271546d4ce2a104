"""A manager's strict words about a request for a discount: ruled on once, and the one who asked is told."""

import logging
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from agent.discount_words import STATUS, TOLD, Ruling, discount_phrase, spell_percent
from jobs.changes.discount_news import reach_person, ring, tell, words_for
from jobs.question import find_situation
from jobs.runtime import Services
from models.changes.discount import DiscountRequest, Requester, hold_numbered, rule
from models.lease import Lease, check_lease
from models.person import KnownPerson, People
from models.session import session_scope
from models.turns import BegunTurn, Thread

Outcome = Literal["approved", "refused"]

_log = logging.getLogger("recado.discounts")


def rule_on(services: Services, lease: Lease, thread: Thread, turn: BegunTurn, ruling: Ruling) -> str | None:
    """The words for who wrote it; None for somebody who is no colleague. Safe to repeat. Raises LeaseLost."""
    tenant_id, language = thread.account.tenant_id, ruling.language
    with session_scope(services.engine) as connection:
        check_lease(connection, lease)
        role = find_situation(services, connection, thread).role
        if role not in ("manager", "rep"):
            return None
        people = People(connection, tenant_id)
        me = people.find_by_address(thread.account.id, (thread.sender, *thread.aliases))
        if role != "manager" or me is None:
            return discount_phrase("not_yours", language)
        request = hold_numbered(connection, tenant_id, ruling.number)
        if request is None:
            return discount_phrase("no_such", language, number=str(ruling.number))
        if _is_own(people, thread, request.requester, me):
            return discount_phrase("not_own", language)
        if request.status != "waiting" and request.ruled_in != turn.id:
            status = STATUS[request.status][language].format(by=request.ruled_by)
            what = {"percent": spell_percent(request.wish.percent, language), "customer": request.wish.customer}
            return discount_phrase("ruled_already", language, number=str(ruling.number), status=status, **what)
        status_now: Outcome = "approved" if ruling.is_yes else "refused"
        rung, is_told = _settle(connection, services, thread, turn, request, status_now, me)
    ring(services, rung)
    _log.info("a discount was ruled on", extra={"number": request.number, "status": status_now})
    outcome = words_for(status_now, request, by=me.name)
    person, told = request.requester.person, TOLD[is_told][language]
    return discount_phrase("ruled", language, outcome=outcome, person=person, told=told)


def _is_own(people: People, thread: Thread, requester: Requester, me: KnownPerson) -> bool:
    """By her id, or by any address that is hers."""
    if requester.person_id == me.id:
        return True
    is_here = requester.account_id == thread.account.id and requester.address in (thread.sender, *thread.aliases)
    return is_here or people.find_by_address(requester.account_id, (requester.address,)) == me


def _settle(
    connection: Connection,
    services: Services,
    thread: Thread,
    turn: BegunTurn,
    request: DiscountRequest,
    status: Outcome,
    me: KnownPerson,
) -> tuple[list[UUID], bool]:
    """The ruling and the news of it commit together; a killed turn that comes again tells nobody twice."""
    asked_by = request.requester.person_id
    whom = [] if asked_by is None else reach_person(connection, services, thread.account.tenant_id, asked_by)
    if not rule(connection, request, status, by=me.name, address=thread.sender, turn_id=turn.id):
        return [], bool(whom)
    return tell(connection, services, whom, words_for(status, request, by=me.name)), bool(whom)
