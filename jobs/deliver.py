"""The deliver stage: one part of a reply leaves the building, or its fate is asked for."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection

from channels.base import Channel, Templates
from jobs.breaker import find_pause, note_outcome, sender_of
from jobs.duty import Reason, call_person
from jobs.runtime import Services, WorkPolicy
from models.errors import LeaseLost
from models.faultpoint import faultpoint
from models.lease import Lease, check_lease, extend_lease
from models.outbox import DuePart, get_due_part, give_up, mark_again, mark_sending, mark_sent, replace_part, rest_part
from models.outside import outside
from models.privacy.opt_out import opt_out_by_platform
from models.reply import Accepted, OutboundPart, ReconcileOutcome, Rejected, SendOutcome, Unknown
from models.session import session_scope
from models.trace import tracing
from models.turns import get_thread

_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(minutes=5)
_ASK_AGAIN = timedelta(seconds=15)
_ABSENT_TWICE = 2  # listings lag: once is not proof

_WINDOW_CLOSED = Rejected("window", "the reply window has closed and the account has no template", permanent=True)

RECORDED: dict[Reason, str] = {"undelivered": "send.recorded", "held": "reconcile.recorded"}

_log = logging.getLogger("recado.deliver")


@dataclass(frozen=True, slots=True)
class TakenPart:
    """A part that the database lets go of: `is_new` to be sent, else to be asked for. `began`: by the process's clock,
    not after the transaction that took it."""

    due: DuePart
    is_new: bool
    began: float


def take_part(
    services: Services, connection: Connection, lease: Lease, channel: Channel, turn_id: UUID, began: float
) -> TakenPart | None:
    """The turn's first unsettled part, marked before it is sent; None where it has to wait for its sender's rest. In
    the transaction, under the lease, that found it due."""
    due = get_due_part(connection, turn_id, sender_of(channel))
    faultpoint("send.due")
    pause = find_pause(connection, sender_of(channel), due)
    if pause is not None:
        rest_part(connection, due.part.id, pause)
        return None
    is_new = due.status == "pending"
    if is_new:
        due = _fit_window(connection, channel, due)
        mark_sending(connection, due.part.id)
        extend_lease(connection, lease, services.policy.send_lease)
        faultpoint("send.marked")
    return TakenPart(due, is_new, began)


def deliver_part(services: Services, lease: Lease, channel: Channel, taken: TakenPart) -> None:
    """Sent if it never left, reconciled if nobody knows. Raises LeaseLost."""
    due = taken.due
    with tracing(due.trace_id, part_id=due.part.id):
        if taken.is_new:
            faultpoint("send.committed")
            _send(services, lease, channel, due, taken.began)
            faultpoint("send.settled")
        else:
            faultpoint("reconcile.found")
            _reconcile(services, lease, channel, due)


def _send(services: Services, lease: Lease, channel: Channel, due: DuePart, began: float) -> None:
    policy = services.policy
    if services.clock.monotonic() - began > (policy.send_lease - policy.send_timeout).total_seconds():
        raise LeaseLost("frozen between marking and sending: the part's fate will be asked for")
    faultpoint("send.checked")
    outcome = _WINDOW_CLOSED if _is_window_closed(channel, due) else _call_send(channel, due.part)
    faultpoint("send.answered")
    _log.info("sent a part", extra={"outcome": type(outcome).__name__.lower(), "part": due.part.number})
    _keep(services, lease, lambda connection: _keep_outcome(connection, policy, channel, due, outcome), "undelivered")


def _keep(services: Services, lease: Lease, keep: Callable[[Connection], bool], reason: Reason) -> None:
    """Note what became of the part; a person is called where `keep` says that it was given up."""

    def write() -> None:
        with session_scope(services.engine) as connection:
            check_lease(connection, lease)
            thread = None if keep(connection) else get_thread(connection, lease.conversation_id)
            faultpoint(RECORDED[reason])
        if thread is not None:
            call_person(services, thread, reason)

    services.owed.tell(lease, write)


def _keep_outcome(
    connection: Connection, policy: WorkPolicy, channel: Channel, due: DuePart, outcome: SendOutcome
) -> bool:
    """False when the part was given up."""
    part_id, wait = due.part.id, _wait_after(outcome, due.tries)
    note_outcome(connection, sender_of(channel), due, outcome, wait)
    if isinstance(outcome, Accepted):
        mark_sent(connection, part_id, outcome.provider_id, timedelta(seconds=channel.capabilities.pause_between_parts))
    elif isinstance(outcome, Unknown):
        mark_again(connection, part_id, status="unknown", wait=_ASK_AGAIN, code="unknown", error=outcome.reason)
    elif (template := _template_after(channel, due, outcome)) is not None:
        replace_part(connection, template)
    elif outcome.permanent or outcome.use_template or due.age > policy.send_patience:
        _log.error("a part cannot be delivered", extra={"error_code": outcome.code})
        give_up(connection, part_id, status="failed", code=outcome.code, error=outcome.reason)
        if outcome.code in channel.capabilities.opt_out_codes:
            opt_out_by_platform(connection, part_id)
        return False
    else:
        mark_again(connection, part_id, status="pending", wait=wait, code=outcome.code, error=outcome.reason)
    return True


def _fit_window(connection: Connection, channel: Channel, due: DuePart) -> DuePart:
    """Once the reply window has closed, the part is said by the account's template, if it has one."""
    if not _has_window_passed(channel, due) or not isinstance(channel, Templates):
        return due
    template = channel.as_template(due.part)
    if template is None or template == due.part:
        return due
    replace_part(connection, template)
    return replace(due, part=template)


def _has_window_passed(channel: Channel, due: DuePart) -> bool:
    window = channel.capabilities.reply_window
    return window is not None and due.since_inbound is not None and due.since_inbound >= window


def _is_window_closed(channel: Channel, due: DuePart) -> bool:
    """Whether the platform would refuse the part as it is now."""
    if not _has_window_passed(channel, due):
        return False
    return not isinstance(channel, Templates) or channel.as_template(due.part) != due.part


def _template_after(channel: Channel, due: DuePart, outcome: Rejected) -> OutboundPart | None:
    """The platform's clock is the one that counts: what it refuses for the window's sake is said by template."""
    if not outcome.use_template or not isinstance(channel, Templates):
        return None
    template = channel.as_template(due.part)
    return template if template is not None and template.extra != due.part.extra else None


def _call_send(channel: Channel, part: OutboundPart) -> SendOutcome:
    """An adapter that stumbles may have sent before it did."""
    try:
        with outside():
            return channel.send(part)
    except Exception as error:
        _log.exception("the channel stumbled over sending a part")
        return Unknown(f"{type(error).__name__} in the adapter", is_our_fault=True)


def _call_reconcile(channel: Channel, part: OutboundPart) -> ReconcileOutcome:
    try:
        with outside():
            return channel.reconcile(part)
    except Exception as error:
        _log.exception("the channel stumbled over asking for a part")
        return Unknown(f"{type(error).__name__} in the adapter")


def _wait_after(outcome: SendOutcome, tries: int) -> timedelta:
    wait: timedelta = min(_FIRST_WAIT * 2 ** min(tries, 10), _LONGEST_WAIT)
    asked_for = outcome.retry_after if isinstance(outcome, Rejected) else None
    return max(wait, timedelta(seconds=asked_for or 0))


def _reconcile(services: Services, lease: Lease, channel: Channel, due: DuePart) -> None:
    """Accepted: done. Absent twice, and long enough after the attempt: it may be sent again. Else ask again later."""
    policy = services.policy
    outcome = _call_reconcile(channel, due.part)
    faultpoint("reconcile.answered")
    _log.info("asked for a part", extra={"outcome": type(outcome).__name__.lower(), "part": due.part.number})
    _keep(services, lease, lambda connection: _keep_finding(connection, policy, channel, due, outcome), "held")


def _keep_finding(
    connection: Connection, policy: WorkPolicy, channel: Channel, due: DuePart, outcome: ReconcileOutcome
) -> bool:
    """False when the part is held for a person to decide."""
    part_id, since = due.part.id, due.since_attempt or timedelta(0)
    if isinstance(outcome, Accepted):
        mark_sent(connection, part_id, outcome.provider_id, timedelta(seconds=channel.capabilities.pause_between_parts))
    elif due.age > policy.send_patience:
        _log.error("nobody can say whether a part was delivered: held")
        give_up(connection, part_id, status="held", code="unknown", error="nobody can say whether it arrived")
        return False
    elif isinstance(outcome, Unknown):
        mark_again(connection, part_id, status="unknown", wait=_ASK_AGAIN * 2, code="unknown", error=outcome.reason)
    else:
        may_resend = due.asked + 1 >= _ABSENT_TWICE and since >= policy.send_grace
        mark_again(
            connection,
            part_id,
            status="pending" if may_resend else "unknown",
            wait=timedelta(0) if may_resend else max(policy.send_grace - since, _ASK_AGAIN),
            code="absent",
            error="the platform does not know it",
            asked=due.asked + 1,
        )
    return True
