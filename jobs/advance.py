"""The one ring job: brings a conversation as far as it can go now, stage by stage, under one lease."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from channels.base import Channel
from jobs.agents import Terms
from jobs.answer import answer_turn
from jobs.deliver import TakenPart, deliver_part, take_part
from jobs.duty import call_for_undelivered
from jobs.runtime import Services, get_services
from models.errors import LeaseLost
from models.faultpoint import faultpoint
from models.lease import Lease, release_lease
from models.money.budget import settle_lost
from models.rest import llm_neighbour
from models.session import is_database_away, session_scope, statement_scope
from models.trace import tracing
from models.turns import BegunTurn, Thread, begin_turn, freeze_turn, hold_thread, settle_turn
from models.work import ANY_WINDOW, QuietWindow, Work, find_wait, find_work

_NO_CHANNEL_WAIT = timedelta(minutes=1)

_log = logging.getLogger("recado.advance")


def advance(conversation_id: str) -> None:
    """Freeze, answer, deliver, settle: whatever is due. Safe to repeat, on any number of workers at once."""
    bring_forward(get_services(), UUID(conversation_id))


def bring_forward(services: Services, key: UUID) -> None:
    """`advance` with the services of one's own."""
    faultpoint("turn.rung")
    try:
        lease = _take_up(services, key)
    except SQLAlchemyError as error:
        if not is_database_away(error):
            raise
        return _log.warning("the database is away (%s): the sweeper will ring again", type(error).__name__)
    if lease is None:
        return None
    faultpoint("turn.leased")
    try:
        _work_until_idle(services, lease)
    except LeaseLost as error:
        _log.warning("%s", error)
    except SQLAlchemyError as error:
        if not is_database_away(error):
            raise
        _log.warning("the database is away (%s): what became of the stage is owed", type(error).__name__)
        services.owed.keep(lease)
    finally:
        if not services.owed.holds(lease):
            services.leases.forget(lease)


def _take_up(services: Services, key: UUID) -> Lease | None:
    """None where nothing is due yet, or somebody works on it: whoever holds the lease looks once more at the end."""
    lease = services.leases.acquire(key, only_if_due=True)
    if lease is None:
        with statement_scope(services.engine) as connection:
            wait = find_wait(connection, key)
        if wait is not None and wait > timedelta(0):
            services.alarms.set(key, wait)
    return lease


@dataclass(frozen=True, slots=True)
class _Stage:
    """One that leaves the database: a turn that was begun, or a part of its reply that was taken."""

    thread: Thread
    channel: Channel
    turn_id: UUID
    taken: BegunTurn | TakenPart
    terms: Terms


@dataclass(frozen=True, slots=True)
class _Call:
    """Somebody is to be told that a part did not arrive after all."""

    thread: Thread


def _work_until_idle(services: Services, lease: Lease) -> None:
    while (stage := _look(services, lease)) is not None:
        if isinstance(stage, _Call):
            call_for_undelivered(services, stage.thread)
            continue
        with tracing("", turn_id=stage.turn_id, conversation_id=lease.conversation_id):
            if isinstance(stage.taken, BegunTurn):
                services.leases.note_progress(lease, 2 * timedelta(seconds=stage.terms.spec.longest_run))
                answer_turn(services, lease, stage.thread, stage.channel, stage.taken, stage.terms)
            else:
                deliver_part(services, lease, stage.channel, stage.taken)
                faultpoint("send.next")


def _look(services: Services, lease: Lease) -> _Stage | _Call | None:
    """The next stage that leaves the database, with the short ones done on the way; None when the lease was released.

    Looking and releasing are one transaction under the conversation's lock, so a message that comes meanwhile either
    is seen here or makes the conversation due again. A worker that stops rings for the answers it does not begin.
    """
    services.leases.note_progress(lease)
    began = services.clock.monotonic()
    with session_scope(services.engine) as connection:
        thread = hold_thread(connection, lease)
        if thread.is_undelivered:
            return _Call(thread)
        account = thread.account
        channel = services.channel_for(account.channel, account.name)
        if channel is None:
            _log.error("no channel %s/%s: its settings were taken away", account.channel, account.name)
            _put_aside(services, connection, lease)
            return None
        terms = services.agents.find_terms(connection, account, thread.agent_version_id)
        work = _do_short_stages(connection, lease, channel, terms)
        if work.is_due and not (work.stage == "answer" and services.is_stopping()):
            assert work.turn_id is not None, "answer and deliver name their turn"
            taken: BegunTurn | TakenPart | None
            if work.stage == "answer":
                if work.tries:  # it goes on as it began
                    terms = services.agents.find_terms(connection, account, work.agent_version_id)
                taken = _begin(services, connection, account.tenant_id, work.turn_id, terms)
            else:
                taken = take_part(services, connection, lease, channel, work.turn_id, began)
            if taken is not None:
                return _Stage(thread, channel, work.turn_id, taken, terms)
            # Once: time stands still in a transaction, so a rest that ends meanwhile would be waited for without end.
            work = _do_short_stages(connection, lease, channel, terms)
        release_lease(connection, lease, work.due_at)
        services.leases.forget(lease)  # before the commit: whoever is rung right after it must not be refused
    faultpoint("turn.released")
    if work.due_at is not None:
        services.alarms.set(lease.conversation_id, work.due_at - work.now)
    return None


def _do_short_stages(connection: Connection, lease: Lease, channel: Channel, terms: Terms) -> Work:
    """What comes after them."""
    quiet, key = terms.spec.quiet_window, lease.conversation_id
    window = QuietWindow(
        channel.capabilities.coalesces, timedelta(seconds=quiet.seconds), timedelta(seconds=quiet.longest_seconds)
    )
    work = find_work(connection, key, window)
    if work.is_due and work.stage == "settle":
        assert work.turn_id is not None, "settle names its turn"
        settle_turn(connection, work.turn_id)
        work = find_work(connection, key, window)
    if work.is_due and work.stage == "freeze":
        turn_id = freeze_turn(connection, key, one_message=not window.coalesces)
        faultpoint("turn.frozen")
        work = Work("answer", work.now, work.now, turn_id)
    return work


def _begin(services: Services, connection: Connection, tenant_id: UUID, turn_id: UUID, terms: Terms) -> BegunTurn:
    """In the transaction that found it due: a turn frozen just now is never seen without its run."""
    llm = terms.spec.llm
    begun = begin_turn(
        connection,
        turn_id,
        agent_version_id=terms.version_id,
        provider=llm.provider,
        engine=llm.engine,
        neighbours=[llm_neighbour(tenant_id, address) for address in terms.addresses],
    )
    if begun.attempt > 1 and (services.budgets is not None or terms.spec.budgets.is_limited):
        settle_lost(connection, turn_id)
    return begun


def _put_aside(services: Services, connection: Connection, lease: Lease) -> None:
    """Nothing is lost when the settings come back, and until then it stands in nobody's way."""
    work = find_work(connection, lease.conversation_id, ANY_WINDOW)
    release_lease(connection, lease, None if work.due_at is None else work.now + _NO_CHANNEL_WAIT)
    services.leases.forget(lease)
