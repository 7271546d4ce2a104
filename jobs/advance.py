"""The one ring job: brings a conversation as far as it can go now, stage by stage, under one lease."""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from jobs.answer import answer_turn
from jobs.deliver import deliver_part
from jobs.runtime import Services, get_services
from models.errors import LeaseLost
from models.faultpoint import faultpoint
from models.lease import Lease, check_lease, release_lease
from models.session import is_database_away, session_scope
from models.trace import tracing
from models.turns import freeze_turn, get_thread, settle_turn
from models.work import QuietWindow, Work, find_wait, find_work

_NO_CHANNEL_WAIT = timedelta(minutes=1)
_ANY_WINDOW = QuietWindow(False, timedelta(0), timedelta(0))

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
    with session_scope(services.engine) as connection:
        wait = find_wait(connection, key)
    if wait is None:
        return None
    if wait > timedelta(0):
        services.alarms.set(key, wait)
        return None
    return services.leases.acquire(key)


def _work_until_idle(services: Services, lease: Lease) -> None:
    with session_scope(services.engine) as connection:
        thread = get_thread(connection, lease.conversation_id)
    channel = services.channel_for(thread.account.channel, thread.account.name)
    if channel is None:
        _log.error("no channel %s/%s: its settings were taken away", thread.account.channel, thread.account.name)
        return _put_aside(services, lease)
    policy = services.policy
    window = QuietWindow(channel.capabilities.coalesces, policy.quiet, policy.quiet_longest)
    while (work := _look(services, lease, window)) is not None:
        assert work.turn_id is not None, "answer and deliver name their turn"
        with tracing("", turn_id=work.turn_id, conversation_id=lease.conversation_id):
            if work.stage == "answer":
                answer_turn(services, lease, channel, work.turn_id)
            else:
                deliver_part(services, lease, channel, work.turn_id)
                faultpoint("send.next")
    return None


def _put_aside(services: Services, lease: Lease) -> None:
    """Nothing is lost when the settings come back, and until then it stands in nobody's way."""
    with session_scope(services.engine) as connection:
        check_lease(connection, lease)
        work = find_work(connection, lease.conversation_id, _ANY_WINDOW)
        release_lease(connection, lease, None if work.due_at is None else work.now + _NO_CHANNEL_WAIT)
        services.leases.forget(lease)


def _look(services: Services, lease: Lease, window: QuietWindow) -> Work | None:
    """The next stage that leaves the database, with the short ones done on the way; None when the lease was released.

    Looking and releasing are one transaction under the conversation's lock, so a message that comes meanwhile either
    is seen here or makes the conversation due again. A worker that stops rings for the answers it does not begin.
    """
    services.leases.note_progress(lease)
    with session_scope(services.engine) as connection:
        check_lease(connection, lease)
        work = find_work(connection, lease.conversation_id, window)
        while work.is_due and work.stage in {"freeze", "settle"}:
            if work.stage == "freeze":
                freeze_turn(connection, lease, one_message=not window.coalesces)
                faultpoint("turn.frozen")
            else:
                assert work.turn_id is not None, "settle names its turn"
                settle_turn(connection, lease, work.turn_id)
            work = find_work(connection, lease.conversation_id, window)
        if work.is_due and not (work.stage == "answer" and services.is_stopping()):
            return work
        release_lease(connection, lease, work.due_at)
        services.leases.forget(lease)  # before the commit: whoever is rung right after it must not be refused
    faultpoint("turn.released")
    if work.due_at is not None:
        services.alarms.set(lease.conversation_id, work.due_at - work.now)
    return None
